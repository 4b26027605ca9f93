// The sum on demand: the product of the cell that is looked at is read out above the blocks, as the server wrote it; what
// is held fast (Pointing holds it) is asked for anew, since the server writes it at every place.
//
//   at rest ── hover, focus ──▷ a product is read out ── click, tap, Enter ──▷ held (in the address)
//      ◁────────── leave ──────────────┘  ◁──────── Escape, a click on the same ──────┘

import { openTerm } from "../explorer/explorer.js";

/** @typedef {import("../explorer/explorer.js").Explorer} Explorer */

const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const CELL = "#sum [data-cell]";

let focused = ""; // the cell or the link that has the focus, to be found again in the next sum
let open = false; // whether the menu of the formula is open, which stays so while the place moves

/** @param {() => Explorer} current */
export function listenForProducts(current) {
  document.addEventListener("pointermove", (event) => over(/** @type {Element} */ (event.target), event), { capture: true });
  document.addEventListener("focusin", (event) => {
    const target = /** @type {Found} */ (event.target);
    focused = target.dataset?.cell && target.localName === "td" ? `[data-cell="${target.dataset.cell}"]` : target.dataset?.hold ? `[data-hold="${target.dataset.hold}"]` : target.dataset?.picture ? `[data-picture="${target.dataset.picture}"]` : "";
    look(target.closest?.(`${CELL}[data-product]`));
  });
  document.addEventListener("keydown", typed, { capture: true });
  document.addEventListener("click", clicked, { capture: true });
  document.addEventListener("toggle", ({ target }) => { if (target.matches?.("#sum .digits")) ({ open } = /** @type {Found} */ (target)); }, { capture: true });
  document.addEventListener("htmx:after:swap", () => { open = false; });
  document.addEventListener("cs:shown", again);
  document.addEventListener("cs:pinned", ({ detail }) => {
    const explorer = current();
    if (!explorer?.parts) return;
    const active = /** @type {HTMLElement} */ (document.activeElement);
    if (!detail && active.matches(`${CELL}:not(:focus-visible)`)) {
      active.blur();
      focused = "";
    }
    mark(detail);
    explorer.parts.forget();
    explorer.parts.want(explorer.spot());
  });
}

/** What is held fast. */
const pin = () => new URLSearchParams(location.search).get("pin") ?? "";

/** Reads out the product of a cell, or again what is held. @param {HTMLElement | null} cell */
function look(cell) {
  document.querySelector("#sum .seen")?.classList.remove("seen");
  const held = document.querySelector("#sum td.held"), shown = cell ?? held;
  cell?.classList.add("seen");
  const place = document.querySelector("#sum .product output");
  if (!place) return;
  const text = shown?.dataset.product ?? place.dataset.held ?? "";
  place.replaceChildren(...(text ? [Object.assign(document.createElement("b"), { textContent: text })] : []));
  const [channel] = (shown?.dataset.cell ?? pin().slice(2)).split(".");
  for (const of of document.querySelectorAll("#sum .of")) of.textContent = of.closest(".sub").dataset.term === channel ? text : "";
}

/** @param {Element} target @param {MouseEvent} event */
function over(target, event) {
  const picture = target.closest?.("#sum [data-picture]");
  if (picture) {
    const [channel, rows, columns] = picture.dataset.picture.split(" ").map(Number), box = picture.firstElementChild.getBoundingClientRect();
    const at = (point, start, length, count) => Math.max(0, Math.min(count - 1, Math.floor(((point - start) / length) * count)));
    picture.dataset.cell = [channel, at(event.clientY, box.top, box.height, rows), at(event.clientX, box.left, box.width, columns)].join(".");
  } else if (/** @type {PointerEvent} */ (event).pointerType !== "touch") {
    const cell = target.closest?.(`${CELL}[data-product]`);
    if (cell || document.querySelector("#sum .seen:not(:focus-visible)")) look(cell ?? document.activeElement.closest(`${CELL}[data-product]:focus-visible`));
  }
}

/** Shows at once what is held; the next sum says it too. @param {string} name */
function mark(name) {
  const held = document.querySelector("#sum td.held"), cell = name.startsWith("w.") && document.querySelector(`#sum td[data-cell="${name.slice(2)}"]`);
  held?.classList.remove("held");
  held?.removeAttribute("aria-selected");
  if (cell) {
    cell.classList.add("held");
    cell.setAttribute("aria-selected", "true");
  }
  look(cell || null);
}

/** @param {MouseEvent} event */
function clicked(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const target = /** @type {Element} */ (event.target), link = target.closest("#sum .sub > .part, #sum [data-hold]"), picture = target.closest("#sum [data-picture]");
  if (picture && event.detail) over(picture, event);
  if (!link) return;
  event.preventDefault();
  event.stopPropagation(); // a link without scripts
  const name = link.closest(".sub")?.dataset.term, block = name && document.querySelector(`#sum .term[data-term="${name}"]`);
  if (block && !block.offsetParent) openTerm(document.querySelector("#sum"), name);
  else if (link.dataset.hold) document.dispatchEvent(new CustomEvent("cs:hold", { detail: link.dataset.hold }));
}

/** Arrows go from cell to cell, and from block to block. @param {KeyboardEvent} event */
function typed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const target = /** @type {HTMLElement} */ (event.target), by = ARROWS[event.key];
  const cell = target.closest?.("#sum td[data-cell]"), picture = target.closest?.("#sum [data-picture]");
  if (!(cell || picture)) return;
  if (by) (cell ? step : aim)(cell ?? picture, by[0], by[1]);
  else if (event.key === "Enter" || event.key === " ") target.click();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** @param {Found} cell @param {number} rows @param {number} columns */
function step(cell, rows, columns) {
  const row = cell.parentElement, next = row.closest("tbody").rows[row.sectionRowIndex + rows]?.cells[cell.cellIndex + columns];
  const blocks = [...document.querySelectorAll("#sum .term table.block")], block = blocks[blocks.indexOf(cell.closest("table.block")) + columns];
  const to = next ?? (columns && block ? block.rows[row.rowIndex]?.cells[columns > 0 ? 0 : block.rows[row.rowIndex].cells.length - 1] : null);
  if (!to || to.offsetParent === null) return;
  cell.removeAttribute("tabindex");
  to.tabIndex = 0;
  to.focus();
}

/** Points at another cell of a picture, and holds it. @param {HTMLElement} picture @param {number} rows @param {number} columns */
function aim(picture, rows, columns) {
  const [channel, height, width] = picture.dataset.picture.split(" ").map(Number);
  const now = pin(), [, row, column] = (now.startsWith(`w.${channel}.`) ? now.slice(2) : picture.dataset.cell ?? `${channel}.${height >> 1}.${width >> 1}`).split(".").map(Number);
  const clamp = (v, n) => Math.max(0, Math.min(n - 1, v));
  const next = `${channel}.${clamp(row + rows, height)}.${clamp(column + columns, width)}`;
  picture.dataset.cell = next;
  if (now !== `w.${next}`) document.dispatchEvent(new CustomEvent("cs:hold", { detail: `w.${next}` }));
}

/** Another sum has come: the focus stays where it was, and so does the menu. */
function again() {
  const menu = document.querySelector("#sum .digits");
  if (menu && open) menu.open = true;
  const to = focused && document.activeElement === document.body && document.querySelector(`#sum ${focused}`);
  if (!to) return;
  if (to.localName === "td") {
    document.querySelector("#sum td[tabindex]")?.removeAttribute("tabindex");
    to.tabIndex = 0;
  }
  to.focus({ preventScroll: true });
}
