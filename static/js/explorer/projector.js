// On a projector: a clicker goes along the path that the server knows (app/explorer/path.py), whose next stop stands at
// the bottom as a link; the screen can be blanked and filled, and a laser points.

import { say } from "./say.js";

/** @typedef {import("./explorer.js").Explorer} Explorer */

const root = document.documentElement;
const HOLD_MS = 500; // of a finger, until it is a laser
const STILL_PX = 10; // by which a finger that holds still may move
let dot = null; // the laser, while it is on
let where = [innerWidth / 2, innerHeight / 2]; // where the pointer was last
let pressed = 0, walking = false; // presses that are still to be followed, and whether a stop is on its way

/** Lets the page be worked on a projector. @param {() => Explorer} current */
export function begin(current) {
  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (target.closest("#full-on")) full();
    if (target.closest("#blank-on")) blank();
    if (target.closest("#laser-on")) laser();
    const stop = /** @type {HTMLAnchorElement} */ (target.closest("#path [rel]"));
    if (stop) { // from where the page has come to since it was made
      current().player.pause();
      current().settle();
      stop.search = `${location.search}&go=${stop.rel}`;
    }
    const speaker = target.closest("[data-speak]");
    if (!speaker || event.ctrlKey || event.metaKey || !current()?.transport) return;
    event.preventDefault();
    event.stopPropagation(); // a link without scripts
    current().speak(+speaker.dataset.speak);
  }, { capture: true });
  document.addEventListener("cs:shown", () => { focusAgain(); tell(); });
  document.addEventListener("htmx:finally:request", () => {
    if (!walking) return;
    walking = false;
    current().settle(); // says what has come
    follow();
  });
  document.addEventListener("fullscreenchange", () => turn("#full-on", Boolean(document.fullscreenElement)));
  document.addEventListener("htmx:after:swap", () => {
    press("#full-on", Boolean(document.fullscreenElement));
    press("#laser-on", Boolean(dot));
  });
  if (!document.fullscreenEnabled) root.classList.add("unfilled");
  document.addEventListener("pointermove", (event) => point(event), { passive: true, capture: true });
  document.addEventListener("pointerdown", held, { passive: true, capture: true });
}

/** Goes on or back by one stop. @param {1 | -1} by */
export function page(by) {
  pressed += by;
  follow();
}

/** Follows the presses one after the other, as each leads on from what the one before has brought. */
function follow() {
  const link = document.querySelector(`#path [rel="${pressed > 0 ? "next" : "prev"}"]:not([hidden])`);
  const typed = /** @type {HTMLInputElement} */ (document.querySelector('input[form="predict"]:not([aria-invalid])'));
  if (walking || !pressed) return;
  if (pressed > 0 && typed?.value) {
    pressed = 0;
    typed.form.requestSubmit(); // what has been typed is an answer
  } else if (link) {
    pressed -= Math.sign(pressed);
    walking = true;
    link.click();
  } else {
    pressed = 0;
    say(document.querySelector("#path")?.dataset.beginning ?? "");
  }
}

/** Another sheet speaks, or the answer is told: other stops are next. */
function tell() {
  const [sum, back, on] = ["#sum .sum", "#path [rel=prev]", "#path [rel=next]"].map((name) => document.querySelector(name));
  if (!sum || !on) return;
  on.querySelector("span").textContent = sum.dataset.on;
  back.hidden = !sum.dataset.back;
  back.title = sum.dataset.back;
}

/** The line of subtotals is made anew: the focus stays on the one that was chosen. */
function focusAgain() {
  if (focused && document.activeElement === document.body) document.querySelector(".subtotals [aria-current]")?.focus();
}
let focused = false;
document.addEventListener("focusin", (event) => { focused = Boolean(event.target.closest("[data-speak]")); });

/** Fills the screen, or leaves it. */
export function full() {
  if (document.fullscreenElement) document.exitFullscreen();
  else root.requestFullscreen?.().catch(() => root.classList.add("unfilled"));
}

/** Blanks the screen until the next key or click, which does nothing else. */
export function blank() {
  const said = document.querySelector("#blank-on").dataset;
  const cover = document.createElement("div"), over = new AbortController();
  cover.id = "blank";
  document.body.append(cover);
  say(said.blank);
  const show = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    cover.remove();
    over.abort();
    say(said.shown);
  };
  addEventListener("keydown", show, { signal: over.signal, capture: true });
  cover.addEventListener("click", show, { signal: over.signal });
}

/** Turns the laser on or off. @param {boolean} on */
export function laser(on = !dot) {
  if (on !== Boolean(dot)) turn("#laser-on", on);
  root.toggleAttribute("data-laser", on);
  if (!on) dot?.remove();
  dot = on ? document.body.appendChild(dot ?? Object.assign(document.createElement("div"), { id: "laser" })) : null;
  draw();
}

/** @param {PointerEvent} event */
function point(event) {
  where = [event.clientX, event.clientY];
  draw();
}

function draw() {
  if (dot) dot.style.transform = `translate(${where[0]}px, ${where[1]}px)`;
}

/** A finger that rests is a laser until it is lifted. @param {PointerEvent} event */
function held(event) {
  point(event);
  if (event.pointerType !== "touch" || dot) return;
  const [x, y] = where, over = new AbortController(), { signal } = over;
  const wait = setTimeout(() => laser(true), HOLD_MS);
  const end = () => {
    clearTimeout(wait);
    over.abort();
    if (dot) laser(false);
  };
  document.addEventListener("pointermove", (e) => {
    if (!dot && Math.hypot(e.clientX - x, e.clientY - y) > STILL_PX) end();
  }, { signal, capture: true });
  for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, end, { signal, capture: true });
  document.addEventListener("contextmenu", (e) => e.preventDefault(), { signal, capture: true });
}

/** @param {string} selector @param {boolean} on */
function press(selector, on) {
  document.querySelector(selector)?.setAttribute("aria-pressed", String(on));
}

/** A switch has been turned, by whatever hand: it shows that, and it is said. @param {string} selector @param {boolean} on */
function turn(selector, on) {
  press(selector, on);
  say(document.querySelector(selector)?.dataset[on ? "on" : "off"] ?? "");
}
