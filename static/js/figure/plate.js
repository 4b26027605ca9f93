// <cs-plate>: the drawing at a place. It reveals the map cell by cell and moves the window; it computes no numbers, it
// looks them up in arrays and pictures that the server made.
import { Figure } from "./figure.js";
import { fetchNumbers } from "./npy.js";
import { cellAt, numbers } from "./planes.js";
import { meetings, track } from "./tracks.js";

/** A place is a cell (row, column) of the sheet at work, as it is laid out. */
export class Plate extends HTMLElement {
  connectedCallback() {
    this.abort = new AbortController();
    const { signal } = this.abort;
    this.addEventListener("click", (event) => this.clicked(event), { signal });
    this.addEventListener("pointerdown", (event) => this.dragged(event), { signal });
    // Inside an SVG touch-action is not heeded everywhere; without this the page would scroll under the finger.
    this.addEventListener("touchstart", (event) => {
      if (/** @type {Element} */ (event.target).closest("[data-map], [data-input]")) event.preventDefault();
    }, { signal, passive: false });
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
    cancelAnimationFrame(this.frame); // a window that still glides belongs to the drawing before
    plate.classList.remove("on");
    const data = plate.dataset;
    this.rows = +data.rows;
    this.columns = +data.columns;
    this.slides = data.slides === "1";
    this.down = track(data.down);
    this.across = track(data.across);
    this.met = data.metDown && { down: meetings(data.metDown), across: meetings(data.metAcross) };
    this.window = data.window ? numbers(data.window) : null;
    this.decimals = data.decimals;
    this.tile = numbers(data.tile);
    this.channel = +data.channel;
    this.place = { row: +data.row, column: +data.column };
    this.asks = "asks" in data; // every place is predicted before it is shown
    this.secret = plate.classList.contains("secret");
    this.shown = { ...this.place };
    this.canvas = plate.querySelector("canvas");
    this.pen = this.canvas.getContext("2d");
    if (data.values !== this.valuesFrom) this.values = null; // the same map in other colours has the same numbers
    this.valuesFrom = data.values;
    this.picture = new Image();
    this.picture.src = data.maps;
    this.ready = this.picture.decode().then(() => {
      this.canvas.hidden = false;
      plate.classList.add("on");
      this.fit();
      this.paint();
    }, () => {});
    if (data.values && !this.values) {
      fetchNumbers(data.values, this.abort.signal).then((values) => { this.values = values; this.draw(); }, () => {});
    }
    for (const figure of plate.querySelectorAll(":scope > .figure")) if (!figure.classList.contains(layout())) figure.remove();
    this.fit();
    this.tell("cs:drawn");
  }

  /** Shows the same map in other colours. @param {HTMLImageElement} picture */
  recolour(picture) {
    this.picture = picture;
    this.paint();
  }

  /** Lays the canvas under the map of the drawing. */
  fit() {
    /** @type {SVGSVGElement} */
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

  /** Goes to a place of this map, gliding there if `ms` is given. @param {number} row @param {number} column */
  go(row, column, ms = 0) {
    const from = { ...this.shown }, to = { row, column };
    this.place = to;
    this.keep(this.asks);
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
    const met = this.met && { down: this.met.down[Math.round(row)], across: this.met.across[Math.round(column)] };
    this.figure.draw({ window: this.windowAt(row, column), cell }, this.number, met);
  }

  /** The cells of the input that the place reads; null where it reads none. @param {number} row @param {number} column */
  windowAt(row, column) {
    const ends = this.slides ? [this.down.run(row), this.across.run(column)] : this.window && [this.window.slice(0, 2), this.window.slice(2)];
    if (!ends?.every(Boolean)) return null;
    const [[top, bottom], [left, right]] = ends;
    return { top, bottom, left, right };
  }

  /** The number at the present place, as printed; null where it is not known yet. */
  get number() {
    if (this.secret) return "?";
    const value = this.values?.[this.place.row * this.columns + this.place.column];
    return value === undefined ? null : printed(value, this.decimals);
  }

  /** Shows the cells computed so far, in the very pixels of the server's picture. */
  paint() {
    if (!this.picture.complete || !this.picture.naturalWidth) return;
    const { row, column } = this.place, [x, y] = this.tile, width = this.columns;
    this.pen.clearRect(0, 0, width, this.rows);
    if (row) this.pen.drawImage(this.picture, x, y, width, row, 0, 0, width, row);
    const known = column + (this.secret ? 0 : 1);
    if (known) this.pen.drawImage(this.picture, x, y + row, known, 1, 0, row, known, 1);
  }

  /** Keeps the number of the place to itself, or tells it. @param {boolean} secret */
  keep(secret) {
    if (this.secret === secret) return;
    this.secret = secret;
    this.plate.classList.toggle("secret", secret);
    this.paint();
    this.draw();
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    const sheet = /** @type {Element} */ (event.target).closest("[data-channel]");
    if (!sheet || sheet === this.plate || !this.contains(sheet)) return;
    event.preventDefault();
    event.stopPropagation();
    this.tell("cs:go", { channel: +sheet.dataset.channel });
  }

  /** A press on the map goes to that cell, and a drag on the input takes hold of the window there. A press on the input
   *  that stays where it is points at the cell under it, and so does one on the cell at work. @param {PointerEvent} event */
  dragged(event) {
    const target = /** @type {Element} */ (event.target).closest("[data-map], [data-input]");
    if (!target || event.button > 0 || !this.contains(target)) return;
    event.preventDefault();
    target.setPointerCapture(event.pointerId);
    const plane = numbers(target.dataset.map ?? target.dataset.input), map = "map" in target.dataset, { clientX: x, clientY: y } = event;
    const under = (e) => {
      const m = this.figure.svg.getScreenCTM();
      return cellAt(plane, (e.clientX - m.e) / m.a, (e.clientY - m.f) / m.d);
    };
    const go = (e) => {
      const [column, row] = under(e);
      this.tell("cs:go", map ? this.within(Math.floor(row), Math.floor(column)) : this.over(row, column));
    };
    const [column, row] = under(event).map(Math.floor);
    let tap = !map || (row === this.place.row && column === this.place.column);
    if (!tap) go(event);
    const held = new AbortController(), signal = AbortSignal.any([held.signal, this.abort.signal]);
    target.addEventListener("pointermove", (e) => {
      if (tap && Math.hypot(e.clientX - x, e.clientY - y) < (e.pointerType === "mouse" ? 4 : 8)) return;
      tap = false;
      go(e);
    }, { signal });
    target.addEventListener("pointerup", () => {
      held.abort();
      if (tap) this.tell("cs:tap", { target, x, y });
    }, { signal });
    target.addEventListener("pointercancel", () => held.abort(), { signal });
  }

  /** The place whose window has a point of the input nearest to its middle. @param {number} row @param {number} column */
  over(row, column) {
    return this.within(this.down.nearest(row), this.across.nearest(column));
  }

  within(row, column) {
    return { row: clamp(row, this.rows), column: clamp(column, this.columns) };
  }

  /** @param {string} name @param {object} [detail] */
  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }
}

/** The drawing for this window: the style sheet says which. */
export const layout = () => getComputedStyle(document.querySelector("#stage")).getPropertyValue("--drawing").trim();

/** @param {number} value @param {number} length */
const clamp = (value, length) => Math.max(0, Math.min(length - 1, value));

/** A number as the server writes it: a true minus sign, thousands marked. @param {number} value
 *  @param {string} decimals how many, or s3: three digits that count */
export function printed(value, decimals) {
  const size = Math.abs(value), count = decimals[0] === "s" && +decimals.slice(1);
  const places = count ? size && Math.min(9, count - 1 - +size.toExponential(count - 1).split("e")[1]) : +decimals;
  const text = (places < 0 ? String(+size.toPrecision(count)) : size.toFixed(places)).replace(/^\d+/, (n) => n.replace(/\B(?=(\d{3})+$)/g, ","));
  return value < 0 && /[1-9]/.test(text) ? "−" + text : text;
}
