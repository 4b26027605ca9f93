// Why did it say that: a brush paints parts of the picture grey, and the server is asked anew, one picture at a time, the
// newest state next. What it answers, a veil and texts that are ready, is shown as it is; the browser computes nothing.
//
//   paint ─ camera ─► ask ─ start ─► live ─ hold ─► paint, on the frame that is held
//     ▲                └─ not now ┐    └─ off ┐
//     └───────────────────────────┴───────────┘ on the picture of the run
import { holding } from "../explorer/explorer.js";
import { say } from "../explorer/say.js";
import { numbers } from "../figure/planes.js";
import { openCamera } from "../picture/feed.js";
import { file } from "../picture/tool.js";
import { Paint } from "./paint.js";

/** @typedef {{index: number, name: string, share: string, length: number}} Row */
/** @typedef {{rows: Row[], best: Row, marks: Record<string, [number, string]>, mean: string, most: number, title: string, lead: string, made: string}} Facts */
/** @typedef {{facts: Facts, veil: string}} Said what is said of a picture, and the address of its veil */
/** @typedef {{canvas: HTMLCanvasElement, said: Said, label: number, held: boolean}} Base what is painted on; `held`: a frame of the camera */

const AGAIN_MS = 400; // after an answer that was none: the server is busy

let run = ""; // whose picture it is
/** @type {Base | null} */
let base = null;
/** @type {Paint | null} */
let paint = null;
let label = 0; // the class in question
let film = null; // what holds the camera
let asking = false, again = false;
let spoken = false; // whether what comes next is to be said
/** @type {[number, number]} */
let cursor = [0, 0]; // row and column of the map

const board = () => document.querySelector("#board");
/** @returns {any} */
const brush = () => document.querySelector("#brush");
const does = (name) => brush().querySelector(`[data-do="${name}"]`);
const paints = () => brush()?.dataset.now === "paint" && does("paint").ariaPressed === "true";

/** The look is there, or there anew. */
async function attend() {
  const section = board();
  if (!section || !brush()) { shut(); run = ""; return; }
  const facts = JSON.parse(section.dataset.facts), [width, height] = numbers(section.dataset.size);
  label = facts.rows[0].index;
  [cursor[0], cursor[1]] = numbers(section.dataset.at);
  section.role = "application";
  section.tabIndex = 0;
  section.ariaLabel = brush().dataset.board;
  if (run !== section.dataset.run) {
    shut();
    run = section.dataset.run;
    paint = new Paint(width, height, brush().dataset.colour);
    base = null;
  }
  const address = veil().getAttribute("href");
  base ??= { canvas: await photo(paint), said: { facts, veil: address }, label, held: false };
  if (board() !== section) return; // another page has come
  dress(brush().dataset.now);
  ask();
}

const veil = () => board().querySelector("[data-veil]");

/** The picture of the run, pixel by pixel. @param {Paint} size */
async function photo(size) {
  const image = new Image(), canvas = size.canvas();
  image.src = board().querySelector("[data-photo]").getAttribute("href");
  await image.decode().catch(() => {});
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

// ---- asking

/** Asks what is said of the picture as it is now, and goes on while it changes. */
async function ask() {
  again = true;
  if (asking) return;
  asking = true;
  try {
    while (again && board() && brush()?.dataset.now === "paint") {
      again = false;
      await answered();
    }
  } finally {
    asking = false;
  }
}

async function answered() {
  const of = run, wanted = label, { strokes } = paint, count = strokes.length;
  if (base.label !== wanted) {
    const said = await post(base.canvas, { class: wanted });
    if (run !== of || !said) return;
    base = { ...base, said, label: wanted };
  }
  if (!count) { show(base.said); return; }
  const said = await post(paint.over(base.canvas), { class: wanted, painted: 1, most: base.said.facts.most });
  if (run === of && said && label === wanted && paint.any) show(said, base.said.facts.marks);
}

/** Sends a picture and returns what is said of it; null where there is no answer. @param {HTMLCanvasElement} canvas
 *  @param {Record<string, string | number>} fields @param {AbortSignal} [signal] @returns {Promise<Said | null>} */
async function post(canvas, fields, signal) {
  const form = new FormData(brush());
  form.delete("size");
  for (const [name, value] of Object.entries(fields)) form.set(name, String(value));
  form.set("file", await file(canvas));
  const theme = `theme=${document.documentElement.dataset.theme ?? "light"}`;
  const answer = await fetch(`/parts/why?${theme}`, { method: "POST", body: form, signal }).catch(() => null);
  if (signal?.aborted || !board()) return null;
  if (answer?.ok) {
    const picture = await answer.blob();
    return board() && { facts: JSON.parse(answer.headers.get("Convscope-Why")), veil: URL.createObjectURL(picture) };
  }
  if (answer?.status === 429) {
    again = true;
    await new Promise((next) => setTimeout(next, AGAIN_MS));
    return null;
  }
  const page = answer && new DOMParser().parseFromString(await answer.text(), "text/html");
  tell(page ? page.querySelector("p")?.textContent || brush().dataset.failed : brush().dataset.endedline);
  return null;
}

/** @param {string} sentence */
function tell(sentence) {
  board().closest("#look").querySelector("[data-lead]").textContent = sentence;
  say(sentence);
}

// ---- showing

/** Shows what is said of a picture. @param {Said} said @param {Facts["marks"]} [marks] what was, before it was painted */
function show({ facts, veil: address }, marks) {
  const look = board().closest("#look"), old = veil().getAttribute("href");
  veil().setAttribute("href", address);
  if (old !== address && old.startsWith("blob:") && old !== base.said.veil) URL.revokeObjectURL(old);
  look.querySelector("[data-title]").textContent = facts.title;
  look.querySelector("[data-lead]").textContent = facts.lead;
  look.querySelector("[data-made]").textContent = facts.made;
  for (const [at, link] of [...look.querySelectorAll(".ten a")].entries()) {
    const row = facts.rows[at], was = marks?.[row.index];
    link.dataset.index = String(row.index);
    link.href = holding(link.href, ["at", place(link.href, row.index)]);
    link.querySelector("[data-name]").textContent = row.name;
    link.querySelector("[data-share]").textContent = row.share;
    link.querySelector("[data-bar]").setAttribute("d", `M0 0H${row.length}V10H0Z`);
    link.querySelector("[data-tick]").setAttribute("d", was ? `M${was[0]} -3V13` : "");
    const before = link.querySelector("[data-before]");
    if (before) {
      before.hidden = !was;
      before.textContent = was ? brush().dataset.was.replace("{share}", was[1]) : "";
    }
  }
  look.querySelector(".sentence").textContent = `${facts.rows[0].name}: ${facts.rows[0].share}. ${facts.made}`;
  if (!spoken || again) return;
  spoken = false;
  say(marks ? `${painted()}. ${facts.rows[0].name}: ${facts.rows[0].share}. ${facts.lead}` : look.querySelector(".sentence").textContent);
}

/** The place of a class at the end. @param {string} href @param {number} index */
const place = (href, index) => `${/[?&]at=(\d+)/.exec(href)[1]}.${index}.0.0`;

/** How much is painted, in words. */
function painted() {
  const { nothing, some } = brush().dataset, share = 100 * paint.share;
  return paint.any ? some.replace("{share}", share < 1 ? "< 1 %" : `${Math.round(share)} %`) : nothing;
}

/** The board and the brush as they are now. @param {string} now paint, ask, live */
function dress(now) {
  const form = brush(), section = board();
  form.dataset.now = now;
  for (const [name, when] of Object.entries({ paint: "paint", start: "ask", hold: "live", undo: "paint", clean: "paint", camera: "paint" })) does(name).hidden = now !== when;
  form.querySelector(".sizes").hidden = form.querySelector(".painted").hidden = now !== "paint";
  form.querySelector(".film").hidden = now !== "live";
  does("camera").hidden ||= held();
  does("off").hidden = now === "paint" && !held();
  does("off").textContent = does("off").getAttribute(`data-off-${now}`);
  section.toggleAttribute("data-paints", paints());
  section.toggleAttribute("data-follows", now === "paint" && !paints() && !held());
  cover();
}

/** Whether a frame of the camera is painted on, not the picture of the run. */
const held = () => base !== null && base.held;

/** Draws what is painted over the picture. */
function cover() {
  const canvas = board().querySelector("[data-over]"), pen = canvas.getContext("2d"), scale = canvas.width / paint.width;
  const token = (name) => getComputedStyle(canvas).getPropertyValue(name);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  for (const [more, colour] of /** @type {[number, string][]} */ ([[4, token("--halo")], [2, token("--ink")], [0, paint.colour]])) paint.draw(pen, scale, colour, more);
  does("undo").disabled = does("clean").disabled = !paint.any;
  brush().querySelector("[data-painted]").textContent = painted();
  board().closest("#look").querySelector(".made a").hidden = brush().dataset.now !== "paint" || held() || paint.any;
}

/** Shows a frame of the camera in place of the picture. @param {HTMLCanvasElement | null} canvas null: the picture */
function lay(canvas) {
  const frame = board().querySelector("[data-frame]");
  frame.hidden = !canvas;
  if (canvas) frame.getContext("2d").drawImage(canvas, 0, 0);
}

// ---- painting

const radius = () => +brush().querySelector("[name=size]:checked").value;

/** The pixel of the picture under a pointer. @param {PointerEvent} event @returns {[number, number]} */
function pixel(event) {
  const m = board().querySelector("svg").getScreenCTM();
  return [(event.clientX - m.e) / m.a, (event.clientY - m.f) / m.d];
}

/** The middle of a cell of the map, and its sides. @param {number[]} cell row, column */
function cellBox([row, column]) {
  const { mapBox, cells } = board().dataset, [x, y, width, height] = numbers(mapBox), [rows, columns] = numbers(cells);
  const [wide, high] = [width / columns, height / rows];
  return { x: x + column * wide, y: y + row * high, wide, high };
}

/** Changes what is painted, and asks what is said then. @param {() => void} change */
function stroke(change) {
  change();
  cover();
  ask();
}

/** @param {PointerEvent} event */
function press(event) {
  if (event.button > 0 || !paints()) return;
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
function follow([row, column]) {
  if (held()) return;
  const link = board().closest("#look").querySelector(".made a"), [layer] = /[?&]at=(\d+)/.exec(board().dataset.home).slice(1);
  link.href = holding(link.href, ["at", `${layer}.${label}.${row}.${column}`]);
  link.click();
}

/** @param {number} row @param {number} column */
function point(row, column) {
  const [rows, columns] = numbers(board().dataset.cells);
  cursor = [Math.max(0, Math.min(rows - 1, row)), Math.max(0, Math.min(columns - 1, column))];
  const { x, y, wide, high } = cellBox(cursor);
  for (const path of board().querySelectorAll(".cursor path")) path.setAttribute("d", `M${x} ${y}h${wide}v${high}h${-wide}z`);
}

const KEYS = {
  ArrowUp: () => [-1, 0], ArrowDown: () => [1, 0], ArrowLeft: () => [0, -1], ArrowRight: () => [0, 1],
};

/** @param {KeyboardEvent} event */
function key(event) {
  if (!board()?.contains(/** @type {Node} */ (event.target)) || !brush() || event.altKey) return;
  const step = KEYS[event.key]?.(), undo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey);
  if (!step && !undo && ![" ", "Enter"].includes(event.key)) return;
  event.preventDefault(); // the keys of the page let it be then
  if (step) {
    point(cursor[0] + step[0], cursor[1] + step[1]);
    board().querySelector(".cursor").hidden = false;
    say(board().dataset.cell.replace("{row}", String(cursor[0] + 1)).replace("{column}", String(cursor[1] + 1)));
  }
  if (undo) act("undo");
  if (event.key === "Enter") follow(cursor);
  if (event.key !== " " || brush().dataset.now !== "paint") return;
  const { x, y, wide, high } = cellBox(cursor);
  spoken = true;
  stroke(() => paint.begin([x + wide / 2, y + high / 2], radius()));
}

// ---- the camera

/** Starts the camera; each frame is sent when the one before is answered. */
async function start() {
  const feed = await openCamera(brush().dataset);
  if (!brush()) { if (typeof feed !== "string") feed.close(); return; }
  if (typeof feed === "string") {
    dress("paint");
    tell(feed);
    return;
  }
  const stop = new AbortController(), { signal } = stop;
  film = { feed, stop, last: null };
  const here = film;
  paint.clean();
  dress("live");
  does("hold").focus();
  await feed.play(() => film === here && leave(), signal);
  while (film === here && board()) {
    await new Promise((next) => requestAnimationFrame(next));
    const canvas = paint.canvas();
    if (film !== here || !feed.draw(canvas)) continue;
    const said = await post(canvas, { live: 1 }, signal);
    if (film !== here || !said) continue;
    here.last = { canvas, said };
    lay(canvas);
    show(said);
  }
}

/** Paints on the frame that was shown last. */
function hold() {
  const { last } = film;
  if (!last) return;
  shut();
  label = last.said.facts.rows[0].index;
  base = { ...last, label: -1, held: true }; // is asked for again, for what is said of a picture that stands
  spoken = true;
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

/** Goes back to the picture of the run. */
async function leave() {
  const filmed = film !== null;
  shut();
  if (!brush()) return;
  paint.clean();
  base = null;
  lay(null);
  dress("paint");
  await attend();
  if (!brush()) return;
  say(filmed ? brush().dataset.ended : "");
  does("camera").focus();
}

/** @param {string} name what a button does */
function act(name) {
  spoken = true;
  if (name === "paint") {
    does("paint").ariaPressed = String(!paints());
    dress("paint");
  }
  if (name === "undo") stroke(() => paint.undo());
  if (name === "clean") stroke(() => paint.clean());
  if (name === "camera") {
    dress("ask");
    board().closest("#look").querySelector("[data-title]").textContent = brush().dataset.askTitle;
    tell(brush().dataset.ask);
    does("start").focus();
  }
  if (name === "start") start();
  if (name === "hold") hold();
  if (name === "off") leave();
}

/** @param {MouseEvent} event */
function click(event) {
  const target = /** @type {HTMLElement} */ (event.target), button = /** @type {HTMLElement} */ (target.closest("#brush [data-do]"));
  if (button) act(button.dataset.do);
  const row = /** @type {HTMLElement} */ (target.closest(".why .ten a"));
  if (row && brush() && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    event.stopPropagation();
    if (brush().dataset.now !== "paint") return;
    label = +row.dataset.index;
    spoken = true;
    if (!held()) history.replaceState(history.state, "", location.pathname + holding(location.search, ["at", place(location.search, label)]));
    ask();
  }
  if (brush() && board()?.contains(target) && board().matches("[data-follows]")) {
    const [x, y] = pixel(/** @type {PointerEvent} */ (event)), { wide, high, x: left, y: top } = cellBox([0, 0]);
    point(Math.floor((y - top) / high), Math.floor((x - left) / wide));
    follow(cursor);
  }
}

export async function begin() {
  document.addEventListener("click", click, { capture: true });
  document.addEventListener("keydown", key, { capture: true });
  document.addEventListener("pointerdown", (event) => {
    if (brush() && board()?.contains(/** @type {Node} */ (event.target))) press(event);
  });
  for (const name of ["focusin", "focusout"]) {
    document.addEventListener(name, () => {
      if (!brush() || !board()) return; // one goes before the other
      point(...cursor);
      board().querySelector(".cursor").hidden = !board().matches(":focus-visible") || brush().dataset.now !== "paint";
    });
  }
  document.addEventListener("htmx:after:swap", attend);
  await attend();
}
