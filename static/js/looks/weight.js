// One weight learns: a press on a weight of the filter goes to it, and a drag from weight to weight.
import { cellAt, numbers } from "../figure/planes.js";

/** @param {PointerEvent} event */
function press(event) {
  const hit = /** @type {SVGGraphicsElement} */ (/** @type {Element} */ (event.target).closest("#look.weight [data-weights]"));
  if (!hit || event.button > 0) return;
  event.preventDefault();
  const look = hit.closest("#look"), screen = hit.ownerSVGElement.getScreenCTM(), plane = numbers(hit.dataset.weights);
  const [channel, rows, columns] = [+hit.dataset.slice, ...numbers(hit.dataset.size)];
  let last = "";
  const go = (e) => {
    const at = cellAt(plane, (e.clientX - screen.e) / screen.a, (e.clientY - screen.f) / screen.d).map(Math.floor);
    const [column, row] = [Math.max(0, Math.min(columns - 1, at[0])), Math.max(0, Math.min(rows - 1, at[1]))];
    if (`${row} ${column}` === last) return;
    last = `${row} ${column}`;
    look.dispatchEvent(new CustomEvent("cs:go", { bubbles: true, detail: { channel, row, column } }));
  };
  const held = new AbortController();
  look.setPointerCapture(event.pointerId); // what was pressed is drawn anew on the way
  look.addEventListener("pointermove", go, { signal: held.signal });
  for (const end of ["pointerup", "pointercancel"]) look.addEventListener(end, () => held.abort(), { signal: held.signal });
  go(event);
}

/** Lets a visitor choose the weight that learns. What arrives beat by beat does so once, and not at every step. */
export function begin() {
  document.addEventListener("pointerdown", press);
  document.addEventListener("cs:shown", () => document.querySelector("#look:is(.weight, .back)")?.classList.add("moved"));
}
