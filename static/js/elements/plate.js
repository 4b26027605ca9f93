// <cs-plate>: the drawing at a place. It reveals the map cell by cell and moves the window; it computes no numbers, it
// looks them up in arrays and pictures that the server made.
import { Figure } from "../figure.js";
import { fetchNumbers } from "../npy.js";
import { cellAt, numbers } from "../planes.js";

/** Units are places; a place is one number: (channel · rows + row) · columns + column. */
export class Plate extends HTMLElement {
  connectedCallback() {
    this.abort = new AbortController();
    const { signal } = this.abort;
    this.addEventListener("click", (event) => this.clicked(event), { signal });
    this.watcher = new ResizeObserver(() => this.fit());
    this.watcher.observe(this);
    this.begin();
  }

  disconnectedCallback() {
    this.abort.abort();
    this.watcher.disconnect();
    cancelAnimationFrame(this.frame);
  }

  /** Reads the drawing that is there now: at first, and whenever the server has sent another. */
  begin() {
    const plate = this.querySelector(".plate");
    if (!plate) return;
    this.plate = plate;
    this.figure = null;
    plate.classList.remove("on");
    const data = plate.dataset;
    this.layer = +data.layer;
    [this.channels, this.rows, this.columns] = numbers(data.shape);
    this.size = numbers(data.size);
    this.stride = numbers(data.stride);
    this.padding = numbers(data.padding);
    this.decimals = +data.decimals;
    this.channel = +data.channel;
    this.tile = numbers(data.tile);
    this.place = { row: +data.row, column: +data.column };
    this.shown = { ...this.place };
    this.canvas = plate.querySelector("canvas");
    this.pen = this.canvas.getContext("2d");
    this.values = null;
    this.picture = new Image();
    this.picture.src = data.maps;
    this.ready = this.picture.decode().then(() => {
      this.canvas.hidden = false;
      plate.classList.add("on");
      this.fit();
      this.paint();
    }, () => {});
    if (data.values) {
      fetchNumbers(data.values, this.abort.signal).then((values) => { this.values = values; this.draw(); }, () => {});
    }
    for (const figure of plate.querySelectorAll(":scope > .figure")) if (!figure.classList.contains(layout())) figure.remove();
    this.fit();
  }

  /** Lays the canvas under the map of the drawing. */
  fit() {
    const svg = this.plate?.querySelector(":scope > .figure");
    if (!svg) return;
    if (this.figure?.svg !== svg) this.figure = new Figure(svg);
    const box = this.plate.getBoundingClientRect(), m = svg.getScreenCTM(), p = this.figure.map;
    if (!m || !p) return;
    const across = [m.a * p[0], m.a * p[1]], down = [m.a * p[2], m.a * p[3]];
    const x = m.a * p[4] + m.e - box.left, y = m.a * p[5] + m.f - box.top;
    this.canvas.style.transform = `matrix(${across.join()},${down.join()},${x},${y})`;
    this.draw();
  }

  get index() {
    return (this.channel * this.rows + this.place.row) * this.columns + this.place.column;
  }

  /** Goes to a place of this map, gliding there if `ms` is given. @param {number} row @param {number} column */
  go(row, column, ms = 0) {
    const from = { ...this.shown }, to = { row, column };
    this.place = to;
    cancelAnimationFrame(this.frame);
    if (!ms || matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.shown = to;
      this.paint();
      this.draw();
      return;
    }
    const start = performance.now();
    const move = (now) => {
      const t = Math.min(1, (now - start) / ms), eased = 1 - (1 - t) ** 3;
      this.shown = { row: from.row + (row - from.row) * eased, column: from.column + (column - from.column) * eased };
      if (t < 1) this.frame = requestAnimationFrame(move);
      else { this.shown = to; this.paint(); }
      this.draw();
    };
    this.frame = requestAnimationFrame(move);
  }

  draw() {
    if (!this.figure) return;
    const { row, column } = this.shown, cell = { top: row, bottom: row + 1, left: column, right: column + 1 };
    const top = row * this.stride[0] - this.padding[0], left = column * this.stride[1] - this.padding[1];
    const window = { top, bottom: top + this.size[0], left, right: left + this.size[1] };
    this.figure.draw({ window, cell }, this.number);
  }

  /** The number at the present place, as printed; null where it is not known yet. */
  get number() {
    const value = this.values?.[this.place.row * this.columns + this.place.column];
    return value === undefined ? null : printed(value, this.decimals);
  }

  /** Shows the cells computed so far, in the very pixels of the server's picture. */
  paint() {
    if (!this.picture.complete || !this.picture.naturalWidth) return;
    const { row, column } = this.place, [x, y] = this.tile, width = this.columns;
    this.pen.clearRect(0, 0, width, this.rows);
    if (row) this.pen.drawImage(this.picture, x, y, width, row, 0, 0, width, row);
    this.pen.drawImage(this.picture, x, y + row, column + 1, 1, 0, row, column + 1, 1);
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    const target = /** @type {Element} */ (event.target);
    const sheet = target.closest("[data-channel]");
    if (sheet && sheet !== this.plate && this.contains(sheet)) {
      event.preventDefault();
      event.stopPropagation();
      this.tell({ channel: +sheet.dataset.channel });
    } else if (target.closest("[data-map]")) {
      const m = this.figure.svg.getScreenCTM();
      const [column, row] = cellAt(this.figure.map, (event.clientX - m.e) / m.a, (event.clientY - m.f) / m.d);
      this.tell({ row: clamp(Math.floor(row), this.rows), column: clamp(Math.floor(column), this.columns) });
    }
  }

  /** @param {{channel?: number, row?: number, column?: number}} place */
  tell(place) {
    this.dispatchEvent(new CustomEvent("cs:go", { bubbles: true, detail: place }));
  }
}

/** The layout for this width of screen; the style sheet has the same limits. */
export const layout = () => (matchMedia("(max-width: 700px)").matches ? "narrow" : matchMedia("(max-width: 1100px)").matches ? "medium" : "wide");

/** @param {number} value @param {number} length */
const clamp = (value, length) => Math.max(0, Math.min(length - 1, value));

/** A number with a true minus sign, rounded as the server rounds. @param {number} value @param {number} decimals */
export function printed(value, decimals) {
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && +text !== 0 ? "−" + text : text;
}
