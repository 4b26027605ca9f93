// One map enlarged: what the pointer is over is said and seen through the loupe, a click goes there, and a slider lays
// the map over the input. The numbers are the server's.
import { holding } from "../explorer/explorer.js";
import { printed } from "../figure/plate.js";
import { fetchNumbers } from "../figure/npy.js";
import { numbers } from "../figure/planes.js";

const kept = { address: "", values: null };

const drawing = () => /** @type {SVGSVGElement} */ (document.querySelector("#look .enlarged"));

/** What a drawing says of its cells. @param {SVGElement} svg */
function told(svg) {
  const [x, y] = numbers(svg.dataset.mapBox), [rows, columns] = numbers(svg.dataset.cells);
  const [wide, high] = numbers(svg.dataset.step), [row, column] = numbers(svg.dataset.at);
  return { x, y, rows, columns, wide, high, row, column };
}

/** Asks for the numbers of the map on the screen, once. */
async function fetchMap() {
  const address = drawing()?.dataset.values;
  if (!address || kept.address === address) return;
  kept.address = address;
  kept.values = null;
  const values = await fetchNumbers(address, new AbortController().signal).catch(() => null);
  if (kept.address === address) kept.values = values;
}

/** The cell under the pointer; null beside the map. @param {MouseEvent} event */
function under(event) {
  /** @type {SVGSVGElement} */
  const svg = event.target.closest?.("#look .enlarged");
  if (!svg) return null;
  const m = svg.getScreenCTM(), { x, y, wide, high, rows, columns } = told(svg);
  const column = Math.floor(((event.clientX - m.e) / m.a - x) / wide), row = Math.floor(((event.clientY - m.f) / m.d - y) / high);
  return row >= 0 && column >= 0 && row < rows && column < columns ? { row, column } : null;
}

/** Shows a cell: in the readout, outlined, and in the loupe. @param {{row: number, column: number}} cell */
function show({ row, column }) {
  const svg = drawing(), { x, y, wide, high, columns } = told(svg);
  const left = x + column * wide, top = y + row * high;
  for (const here of svg.querySelectorAll("[data-here]")) {
    here.setAttribute("x", left);
    here.setAttribute("y", top);
  }
  const loupe = svg.querySelector(".loupe");
  if (loupe) {
    const cells = +loupe.dataset.cells, size = +loupe.getAttribute("width"), [bx, by, bw, bh] = numbers(svg.dataset.mapBox);
    const beside = (at, from, length) => (at + size * 1.2 < from + length ? at + size * 0.12 : at - size * 1.12);
    for (const part of [loupe, svg.querySelector(".loupe-edge")]) {
      part.setAttribute("x", beside(left, bx, bw));
      part.setAttribute("y", beside(top, by, bh));
    }
    const half = (cells - 1) / 2;
    loupe.setAttribute("viewBox", [left - half * wide, top - half * high, cells * wide, cells * high].join(" "));
  }
  const value = kept.address === svg.dataset.values && kept.values?.[row * columns + column];
  if (typeof value !== "number") return;
  const says = { row: row + 1, column: column + 1, value: printed(value, svg.dataset.decimals) };
  document.querySelector("#look [data-readout]").textContent = svg.dataset.text.replace(/\{(\w+)\}/g, (_, name) => says[name]);
}

/** The map covers the input by so much. @param {HTMLInputElement} field @param {import("../explorer/explorer.js").Explorer} explorer */
function cover(field, explorer) {
  const svg = drawing(), full = +field.value === 100, beneath = svg.querySelector(".beneath");
  svg.querySelector(".above").setAttribute("opacity", +field.value / 100);
  svg.setAttribute("viewBox", full ? svg.dataset.mapBox : svg.dataset.bothBox);
  if (full) beneath.setAttribute("display", "none");
  else beneath.removeAttribute("display");
  field.form.querySelector("output").textContent = `${field.value} %`;
  /** @type {[string, string]} */
  const held = ["over", field.value];
  history.replaceState(history.state, "", location.pathname + holding(location.search, held));
  for (const link of document.querySelectorAll("#app a[href*='view=map']")) link.search = holding(link.search, held);
  explorer?.parts?.forget();
}

/** @param {() => import("../explorer/explorer.js").Explorer} current */
export function begin(current) {
  document.addEventListener("pointermove", (event) => {
    const cell = under(event);
    if (cell) show(cell);
  });
  document.addEventListener("pointerout", (event) => {
    /** @type {SVGSVGElement} */
    const svg = event.target.closest?.("#look .enlarged");
    if (svg && !svg.contains(/** @type {Element} */ (event.relatedTarget))) show(told(svg));
  });
  document.addEventListener("click", (event) => {
    const cell = under(event);
    if (cell) event.target.dispatchEvent(new CustomEvent("cs:go", { bubbles: true, detail: cell }));
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches?.("#look input#over")) cover(/** @type {HTMLInputElement} */ (event.target), current());
  });
  document.addEventListener("cs:shown", fetchMap);
  document.addEventListener("htmx:after:swap", fetchMap);
  fetchMap();
}
