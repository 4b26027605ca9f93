// The cursor of the keyboard: P puts it on the input, then on the filter, then on the map, and says which; arrows move it
// by cells, and what it is on is previewed, and said. While it is there the arrows are its own, not the window's. Enter
// holds, and the next P goes on from there; only Escape, or going once round, begins anew.
import { numbers } from "./planes.js";

const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const SHEETS = { "[": -1, "]": 1 };

/** @param {number} value @param {number} length */
const clamp = (value, length) => Math.max(0, Math.min(length - 1, value));

export class Cursor {
  /** @param {import("./pointing.js").Pointing} pointing */
  constructor(pointing) {
    this.pointing = pointing;
    this.last = ""; // the part on which Enter held
    this.before = /** @type {HTMLElement | null} */ (null); // what had the focus
    this.at = null; // {on: "input" | "filter" | "map", sheet, row, column, and the rows and columns there are}
    document.addEventListener("cs:point", () => this.next());
    document.addEventListener("keydown", (e) => this.typed(e), { capture: true });
    document.addEventListener("focusout", (e) => e.target === pointing.plate && this.leave());
  }

  /** Goes on to the next part of the drawing; after the last it is gone. */
  next() {
    const { plate, source, sheet } = this.pointing, explorer = this.pointing.current();
    if (!plate?.figure || !explorer?.transport) return;
    const { row, column } = explorer.cell, { top, bottom, left, right } = plate.windowAt(row, column);
    const filter = plate.plate.dataset.filter && numbers(plate.plate.dataset.filter);
    const parts = [{ on: "input", row: (top + bottom) >> 1, column: (left + right) >> 1, rows: source.rows, columns: source.columns }];
    if (filter) parts.push({ on: "filter", row: filter[0] >> 1, column: filter[1] >> 1, rows: filter[0], columns: filter[1] });
    parts.push({ on: "map", row, column, rows: explorer.rows, columns: explorer.columns });
    const here = parts.findIndex(({ on }) => on === (this.at?.on ?? this.last)) + 1, part = parts[this.at ? here : here % parts.length];
    this.last = "";
    if (!part) {
      this.leave();
      return;
    }
    const { dataset } = document.querySelector("#pointed"), after = parts[parts.indexOf(part) + 1];
    this.at = { sheet, ...part, name: `${dataset[part.on]}${after ? ` (${dataset.next.replace("{part}", dataset[after.on])})` : ""}. ` };
    if (document.activeElement !== plate) this.before = /** @type {HTMLElement} */ (document.activeElement);
    plate.tabIndex = -1;
    plate.setAttribute("role", "application");
    plate.setAttribute("aria-label", dataset.label);
    plate.focus({ preventScroll: true });
    this.aim();
  }

  /** Points at what the cursor is on. */
  aim() {
    const { at, pointing } = this;
    at.row = clamp(at.row, at.rows);
    at.column = clamp(at.column, at.columns);
    at.sheet = clamp(at.sheet, pointing.source.sheets);
    const { on, sheet, row, column } = at;
    pointing.aim(on === "map" ? pointing.number(row, column) : on === "filter" ? pointing.weight(sheet, row, column) : pointing.cell(sheet, row, column));
  }

  /** Is gone; what is held is seen again. */
  leave() {
    const { plate } = this.pointing;
    if (!this.at) return;
    this.at = null;
    plate?.removeAttribute("role");
    plate?.removeAttribute("aria-label");
    if (this.before?.isConnected && this.before !== document.body) this.before.focus({ preventScroll: true });
    else plate?.blur();
    this.pointing.aim(null);
  }

  /** @param {KeyboardEvent} event */
  typed(event) {
    if (!this.at || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const { at, pointing } = this, by = ARROWS[event.key], sheet = SHEETS[event.key];
    if (by) {
      at.row += by[0];
      at.column += by[1];
      this.aim();
    } else if (sheet && at.on !== "map") {
      at.sheet += sheet;
      this.aim();
    } else if (event.key === "Escape") this.leave();
    else if (event.key === "Enter") {
      const { spot } = pointing;
      this.last = at.on;
      this.leave();
      if (spot && spot.at !== pointing.current().at) pointing.plate.tell("cs:go", { row: spot.row, column: spot.column });
      else if (spot) pointing.toggle(spot.pin);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
