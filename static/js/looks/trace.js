// <cs-trace>: volumes side by side. A press on the last map goes to that place; one on the picture follows that pixel,
// and so do the arrow keys while the picture has the focus. The drawing is made anew at each, so a drag is followed
// from the document.
import { say, sentence } from "../explorer/say.js";
import { cellAt, numbers } from "../figure/planes.js";

const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** @typedef {{rows: number, columns: number}} Size */

class Trace extends HTMLElement {
  connectedCallback() {
    this.abort = new AbortController();
    const { signal } = this.abort;
    this.addEventListener("pointerdown", (event) => this.pressed(event), { signal });
    this.addEventListener("keydown", (event) => this.typed(event), { signal });
  }

  disconnectedCallback() {
    this.abort.abort();
  }

  /** The pixel that is followed. The address has it first: a drawing that comes late is of one before. */
  get pixel() {
    const [kind, , row, column] = (new URLSearchParams(location.search).get("pin") ?? "").split(".");
    return kind === "i" ? [+row, +column] : numbers(this.dataset.pixel);
  }

  /** @param {PointerEvent} event */
  pressed(event) {
    const hit = /** @type {Element} */ (event.target).closest("[data-map], [data-pixel].hit");
    if (!hit || event.button > 0) return;
    event.preventDefault();
    const m = hit.ownerSVGElement.getScreenCTM(), plane = numbers(hit.dataset.map ?? hit.dataset.pixel);
    const name = "map" in hit.dataset ? "cs:go" : "cs:pixel", held = new AbortController(), { signal } = held;
    let last = "";
    const go = (e) => {
      const [column, row] = cellAt(plane, (e.clientX - m.e) / m.a, (e.clientY - m.f) / m.d).map(Math.floor);
      if (`${row} ${column}` === last) return;
      last = `${row} ${column}`;
      document.dispatchEvent(new CustomEvent(name, { detail: { row: Math.max(0, row), column: Math.max(0, column) } }));
    };
    hit.focus?.({ preventScroll: true });
    go(event);
    document.addEventListener("pointermove", (e) => e.pointerId === event.pointerId && go(e), { signal });
    for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => held.abort(), { signal });
  }

  /** @param {KeyboardEvent} event */
  typed(event) {
    const by = ARROWS[event.key];
    if (!by || !/** @type {Element} */ (event.target).matches(".hit[data-pixel]") || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const [row, column] = this.pixel;
    document.dispatchEvent(new CustomEvent("cs:pixel", { detail: { row: row + by[0], column: column + by[1] } }));
  }
}

/** Another pixel is followed: the address holds it, and the look is asked for anew.
 *  @param {() => import("../explorer/explorer.js").Explorer} current */
export function begin(current) {
  customElements.define("cs-trace", Trace);
  let held = document.activeElement.matches(".hit[data-pixel]"); // the picture has the focus, also while its drawing is replaced
  document.addEventListener("focusin", ({ target }) => { held = target.matches(".hit[data-pixel]"); });
  document.addEventListener("pointerdown", ({ target }) => { held &&= target.matches(".hit[data-pixel]"); });
  document.addEventListener("cs:pixel", ({ detail }) => {
    const explorer = current(), trace = document.querySelector("cs-trace"), { rows, columns } = trace.dataset;
    const row = clamp(detail.row, +rows), column = clamp(detail.column, +columns);
    const query = new URLSearchParams(location.search), behind = (query.get("pin") ?? "").split(".")[4];
    query.set("pin", ["i", 0, row, column, ...(behind ? [behind] : [])].join("."));
    history.replaceState({ ...history.state, htmx: true }, "", `${location.pathname}?${query}`);
    explorer.parts.forget();
    explorer.parts.want(explorer.at);
  });
  document.addEventListener("cs:shown", () => {
    if (!document.querySelector("cs-trace")) return;
    const shown = [...document.querySelectorAll("cs-trace .hit[data-pixel]")].find((hit) => hit.getClientRects().length);
    if (held) shown?.focus({ preventScroll: true });
    if (!current().player.playing) say(sentence());
  });
}

/** @param {number} value @param {number} length */
const clamp = (value, length) => Math.max(0, Math.min(length - 1, value));
