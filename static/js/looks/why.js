// Why did it say that: a brush paints parts of the picture grey, and the server is asked anew, one picture at a time, the
// newest state next; the browser computes nothing.
//
//   paint ─ camera ─► ask ─ start ─► live ─ hold ─► paint, on the frame that is held
//     ▲                └─ not now ┐    └─ off ┐
//     └───────────────────────────┴───────────┘ on the picture of the run
import { say } from "../explorer/say.js";
import { numbers } from "../figure/planes.js";
import { openCamera } from "../picture/feed.js";
import { board, cellAt, cover, lay, middle, photograph, pixel, point } from "./board.js";
import { Paint } from "./paint.js";
import { asked, cellOf, home, show, tell, veil } from "./said.js";

/** @typedef {import("./said.js").Said} Said */
/** @typedef {{canvas: HTMLCanvasElement, said: Said, label: number, held: boolean}} Base what is painted on; `held`: a frame of the camera */

let run = ""; // whose picture it is
/** @type {Base | null} */
let base = null;
/** @type {Paint | null} */
let paint = null;
let label = 0; // the class in question
/** @type {import("./board.js").Pair} */
let cursor = [0, 0];
let film = null; // what holds the camera
let asking = false, again = false;
let spoken = false; // what comes next is to be said

/** @returns {any} */
const brush = () => document.querySelector("#brush");
const does = (name) => brush().querySelector(`[data-do="${name}"]`);
const here = () => Boolean(board() && brush()); // one of them goes before the other
const now = () => brush().dataset.now;
const paints = () => now() === "paint" && does("paint").ariaPressed === "true";
const held = () => base !== null && base.held;

/** The look is there, or there anew. */
async function attend() {
  if (!here()) { shut(); run = ""; return; }
  const section = board(), facts = JSON.parse(section.dataset.facts), [width, height] = numbers(section.dataset.size);
  label = facts.rows[0].index;
  cursor = facts.strongest;
  section.role = "application";
  section.tabIndex = 0;
  section.ariaLabel = brush().dataset.board;
  if (run !== section.dataset.run) {
    shut();
    run = section.dataset.run;
    paint = new Paint(width, height, brush().dataset.colour);
    base = null;
  }
  const said = { facts, veil: veil().getAttribute("href") };
  base ??= { canvas: await photograph(paint.canvas()), said, label, held: false };
  if (board() !== section) return; // another page has come
  dress(now());
  ask();
}

// ---- asking

/** Asks what is said of the picture as it is now, and goes on while it changes. */
async function ask() {
  again = true;
  if (asking) return;
  asking = true;
  try {
    while (again && here() && now() === "paint") {
      again = false;
      await answered();
    }
  } finally {
    asking = false;
  }
}

async function answered() {
  const of = run, wanted = label;
  if (base.label !== wanted) {
    const said = await sent(base.canvas, { class: wanted });
    if (!said || run !== of) return;
    forget(base.said);
    base = { ...base, said, label: wanted };
  }
  if (!paint.any) { tellAll(base.said); return; }
  const said = await sent(paint.over(base.canvas), { class: wanted, painted: 1, most: base.said.facts.most });
  if (said && run === of && label === wanted && paint.any) tellAll(said, base.said.facts.marks);
}

/** Sends a picture; says why nothing is said of it. @param {HTMLCanvasElement} canvas
 *  @param {Record<string, string | number>} fields @param {AbortSignal} [signal] @returns {Promise<Said | null>} */
async function sent(canvas, fields, signal) {
  const said = await asked(brush(), canvas, fields, signal);
  again ||= said === null;
  if (!here() || signal?.aborted || said === null) return null;
  if (typeof said !== "string") return said;
  tell(said);
  return null;
}

/** Shows what is said, and says it where somebody waits for it. @param {Said} said @param {Said["facts"]["marks"]} [marks] */
function tellAll(said, marks) {
  const old = { veil: veil().getAttribute("href") }, [first] = said.facts.rows;
  show(said, brush().dataset.was, marks);
  if (old.veil !== said.veil && old.veil !== base.said.veil) forget(old);
  if (!spoken || again) return;
  spoken = false;
  say(marks ? `${painted()}. ${first.name}: ${first.share}. ${said.facts.lead}` : `${first.name}: ${first.share}. ${said.facts.made}`);
}

/** @param {{veil: string}} said */
function forget({ veil: address }) {
  if (address.startsWith("blob:")) URL.revokeObjectURL(address);
}

/** How much is painted, in words. */
function painted() {
  const { nothing, some } = brush().dataset, share = 100 * paint.share;
  return paint.any ? some.replace("{share}", share < 1 ? "< 1 %" : `${Math.round(share)} %`) : nothing;
}

/** The board and the brush as they are from now on. @param {string} state paint, ask, live */
function dress(state) {
  const form = brush(), painting = state === "paint";
  form.dataset.now = state;
  for (const [name, when] of Object.entries({ paint: "paint", start: "ask", hold: "live", undo: "paint", clean: "paint" })) does(name).hidden = state !== when;
  form.querySelector(".sizes").hidden = form.querySelector(".painted").hidden = !painting;
  form.querySelector(".film").hidden = state !== "live";
  does("camera").hidden = !painting || held();
  does("off").hidden = painting && !held();
  does("off").textContent = does("off").getAttribute(`data-off-${state}`);
  board().toggleAttribute("data-paints", paints());
  board().toggleAttribute("data-follows", painting && !paints() && !held());
  redraw();
}

function redraw() {
  cover(paint);
  for (const name of ["undo", "clean"]) disable(does(name), !paint.any);
  brush().querySelector("[data-painted]").textContent = painted();
  home().hidden = now() !== "paint" || held() || paint.any;
}

/** A button that does no more hands the focus to the brush. @param {any} button @param {boolean} off */
function disable(button, off) {
  if (off && button === document.activeElement) does("paint").focus();
  button.disabled = off;
}

// ---- painting

const radius = () => +brush().querySelector("[name=size]:checked").value;

/** Changes what is painted, and asks what is said then. @param {() => void} change */
function stroke(change) {
  change();
  redraw();
  ask();
}

/** @param {PointerEvent} event */
function press(event) {
  if (!here() || !board().contains(/** @type {Node} */ (event.target)) || event.button > 0 || !paints()) return;
  event.preventDefault();
  const section = board(), stop = new AbortController(), { signal } = stop;
  section.setPointerCapture(event.pointerId);
  stroke(() => paint.begin(pixel(event), radius()));
  section.addEventListener("pointermove", (moved) => {
    if (moved.pointerId !== event.pointerId) return;
    stroke(() => { for (const each of moved.getCoalescedEvents?.() ?? [moved]) paint.extend(pixel(each)); });
  }, { signal });
  for (const name of ["pointerup", "pointercancel"]) {
    section.addEventListener(name, () => {
      stop.abort();
      spoken = true;
      ask();
    }, { signal });
  }
}

/** Follows the number of a cell to the picture. @param {number[]} cell row, column */
function follow(cell) {
  if (held()) return;
  home().href = cellOf(label, cell);
  home().click();
}

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** @param {KeyboardEvent} event */
function key(event) {
  if (!here() || !board().contains(/** @type {Node} */ (event.target)) || event.altKey) return;
  const step = STEPS[event.key], undo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey);
  if (!step && !undo && ![" ", "Enter"].includes(event.key)) return;
  event.preventDefault(); // the keys of the page let it be then
  if (step) {
    cursor = point([cursor[0] + step[0], cursor[1] + step[1]], true);
    say(board().dataset.cell.replace("{row}", String(cursor[0] + 1)).replace("{column}", String(cursor[1] + 1)));
  }
  if (undo) act("undo");
  if (event.key === "Enter") follow(cursor);
  if (event.key !== " " || now() !== "paint") return;
  spoken = true;
  stroke(() => paint.begin(middle(cursor), radius()));
}

// ---- the camera

/** Starts the camera; each frame is sent when the one before is answered. */
async function start() {
  const feed = await openCamera(brush().dataset);
  if (typeof feed === "string" || !here()) {
    if (typeof feed !== "string") feed.close();
    else if (here()) {
      dress("paint");
      does("camera").focus();
      tell(feed, base.said.facts.title);
    }
    return;
  }
  const mine = { feed, stop: new AbortController(), last: null }, { signal } = mine.stop;
  film = mine;
  paint.clean();
  dress("live");
  does("hold").focus();
  await feed.play(() => film === mine && leave(), signal);
  while (film === mine && here()) {
    await new Promise((next) => requestAnimationFrame(next));
    const canvas = paint.canvas();
    if (film !== mine || !feed.draw(canvas)) continue;
    const said = await sent(canvas, { live: 1 }, signal);
    if (film !== mine || !said) continue;
    mine.last = { canvas, said };
    lay(canvas);
    tellAll(said);
  }
}

/** Paints on the frame that was shown last. */
function hold() {
  const { last } = film;
  if (!last) return;
  shut();
  label = last.said.facts.rows[0].index;
  base = { ...last, label: -1, held: true }; // is asked for again, for what is said of a picture that stands
  dress("paint");
  board().focus();
  ask();
}

/** Lets go of the camera. */
function shut() {
  film?.stop.abort();
  film?.feed.close();
  film = null;
}

/** Goes back to painting; from the camera, or a frame of it, to the picture of the run. */
async function leave() {
  const filmed = film !== null;
  shut();
  if (!here()) return;
  if (filmed || held()) {
    paint.clean();
    base = null;
    lay(null);
  }
  dress("paint");
  await attend();
  if (!here()) return;
  say(filmed ? brush().dataset.ended : "");
  does("camera").focus();
}

/** @type {Record<string, () => void>} what a button does */
const ACTS = {
  paint: () => {
    does("paint").ariaPressed = String(!paints());
    dress("paint");
  },
  undo: () => stroke(() => paint.undo()),
  clean: () => stroke(() => paint.clean()),
  camera: () => {
    dress("ask");
    tell(brush().dataset.ask, brush().dataset.askTitle);
    does("start").focus();
  },
  start,
  hold,
  off: leave,
};

/** @param {string} name */
function act(name) {
  spoken = true;
  ACTS[name]();
}

/** @param {MouseEvent} event */
function click(event) {
  if (!here()) return;
  const target = /** @type {HTMLElement} */ (event.target), button = /** @type {HTMLElement} */ (target.closest("#brush [data-do]"));
  if (button) act(button.dataset.do);
  const row = /** @type {HTMLAnchorElement} */ (target.closest(".why .ten a"));
  if (row && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    event.stopPropagation();
    choose(row);
  }
  if (!board().contains(target) || !board().matches("[data-follows]")) return;
  cursor = point(cellAt(pixel(event)), false);
  follow(cursor);
}

/** Puts another class in question. @param {HTMLAnchorElement} row its link */
function choose(row) {
  if (now() !== "paint") return;
  label = +row.dataset.index;
  spoken = true;
  if (!held()) history.replaceState(history.state, "", row.href);
  ask();
}

export async function begin() {
  document.addEventListener("click", click, { capture: true });
  document.addEventListener("keydown", key, { capture: true });
  document.addEventListener("pointerdown", press);
  for (const name of ["focusin", "focusout"]) {
    document.addEventListener(name, () => {
      if (here()) point(cursor, board().matches(":focus-visible") && now() === "paint");
    });
  }
  document.addEventListener("htmx:after:swap", attend);
  await attend();
}
