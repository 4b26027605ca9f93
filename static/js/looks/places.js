// The looks that count places: takes hold of the window on their drawing and drags it from place to place. The server
// draws where it stands; until that has come, what moves is moved here, by the same steps.
import { cellAt, numbers } from "../figure/planes.js";

const GLIDE_MS = 260;
let held = false;
let shown = "";

/** What a drawing says of its places: [rows, columns] of each. @param {SVGElement} hold */
function placesOf(hold) {
  const { drag, step, before, reach, places, at } = hold.dataset;
  return { plane: numbers(drag), step: numbers(step), before: numbers(before), reach: numbers(reach), places: numbers(places), at };
}

/** The parts that move with the place, each with how far it stands from where it was drawn. @param {ParentNode} look @param {number[]} at */
function moved(look, at) {
  return [...look.querySelectorAll("[data-slide]")].map((part) => {
    const { plane, step, before } = placesOf(part.closest("svg").querySelector("[data-drag]")), { slide, px } = part.dataset;
    const [row, column] = at;
    if (slide === "rows") return { part, x: 0, y: row * +px, count: row + 1 };
    if (slide === "columns") return { part, x: column * +px, y: 0, count: column + 1 };
    return { part, x: (column * step[1] - before[1]) * plane[0], y: (row * step[0] - before[0]) * plane[3] };
  });
}

/** @param {Element} look @param {number[]} at */
function move(look, at) {
  shown = at.join(" "); // it is there: what comes from the server does not let it glide there again
  for (const { part, x, y, count } of moved(look, at)) {
    part.setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)})`);
    const text = part.querySelector("[data-count]");
    if (text) text.textContent = String(count);
  }
}

/** @param {PointerEvent} event */
function take(event) {
  const hold = /** @type {SVGGraphicsElement} */ (/** @type {Element} */ (event.target).closest("#look [data-drag]"));
  if (!hold || event.button > 0) return;
  event.preventDefault();
  const look = hold.closest("#look"), screen = hold.ownerSVGElement.getScreenCTM();
  const { plane, step, before, reach, places } = placesOf(hold);
  const near = (cell, axis) => Math.max(0, Math.min(places[axis] - 1, Math.round((cell - reach[axis] / 2 + before[axis]) / step[axis])));
  let last = "";
  const go = (e) => {
    const [column, row] = cellAt(plane, (e.clientX - screen.e) / screen.a, (e.clientY - screen.f) / screen.d);
    const at = [near(row, 0), near(column, 1)];
    if (at.join(" ") === last) return;
    last = at.join(" ");
    move(look, at);
    look.dispatchEvent(new CustomEvent("cs:go", { bubbles: true, detail: { row: at[0], column: at[1] } }));
  };
  held = true;
  look.setPointerCapture(event.pointerId); // what was pressed is drawn anew on the way
  const end = new AbortController();
  look.addEventListener("pointermove", go, { signal: end.signal });
  for (const name of ["pointerup", "pointercancel"]) {
    look.addEventListener(name, () => { held = false; end.abort(); }, { signal: end.signal });
  }
  go(event);
}

/** A window that has come to another place glides there from where it was. */
function arrive() {
  const look = document.querySelector("#look"), at = look?.querySelector("[data-drag]")?.dataset.at;
  if (!at) return;
  if (held && shown && shown !== at) { // an answer from further back: the window is where the hand is
    move(look, numbers(shown));
    return;
  }
  const glides = shown && shown !== at && !held && !matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (glides) {
    const from = moved(look, numbers(shown)), to = moved(look, numbers(at));
    const css = ({ x, y }) => ({ transform: `translate(${x}px, ${y}px)` });
    to.forEach((end, i) => end.part.animate([css(from[i]), css(end)], { duration: GLIDE_MS, easing: "cubic-bezier(.2,.7,.2,1)" }));
  }
  shown = at;
}

/** Lets a visitor drag the window on the looks that count places. */
export function begin() {
  document.addEventListener("pointerdown", take);
  // Inside an SVG touch-action is not heeded everywhere; without this the page would scroll under the finger.
  document.addEventListener("touchstart", (event) => {
    if (/** @type {Element} */ (event.target).closest("#look [data-drag]")) event.preventDefault();
  }, { passive: false });
  document.addEventListener("cs:shown", arrive);
  document.addEventListener("htmx:after:swap", () => { shown = ""; });
}
