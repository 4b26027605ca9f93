// Pointing: what is under the mouse or the cursor, and all that it is connected with. The server knows what that is and
// draws it; here it is asked for, laid over the drawing, and held fast.
//
//   nothing ── hover, P and arrows ──▷ preview ── click, tap, Enter ──▷ pinned (in the address)
//      ◁────────── leave, Escape ──────────┘  ◁────── Escape, a click on the same ──────┘
import { say } from "../explorer/say.js";
import { Cursor } from "./cursor.js";
import { cellAt, corners, numbers, path } from "./planes.js";

const DWELL_MS = 90; // before the first preview, so that a mouse on its way elsewhere asks for nothing
const KEPT = 200;

/** @typedef {{pin: string, at: string, row: number, column: number}} Spot what could be pinned, and seen from where */

export class Pointing {
  /** @param {() => import("../explorer/explorer.js").Explorer} current */
  constructor(current) {
    this.current = current;
    this.kept = new Map();
    this.spot = null; // what is previewed
    this.cursor = new Cursor(this); // where the keyboard points
    this.said = this.pin;
    document.addEventListener("pointermove", (e) => this.hover(e));
    document.documentElement.addEventListener("pointerleave", () => this.preview(null));
    document.addEventListener("click", (e) => this.released(e), { capture: true });
    document.addEventListener("click", (e) => this.clicked(e));
    document.addEventListener("cs:tap", (e) => this.tapped(e));
    document.addEventListener("cs:pin", (e) => this.hold(e.detail));
    document.addEventListener("cs:hold", ({ detail }) => this.hold(detail === this.pin ? "" : detail)); // said by others
    document.addEventListener("cs:shown", () => this.moved());
    document.addEventListener("htmx:config:request", (e) => this.carried(e.detail.ctx));
    document.addEventListener("htmx:after:swap", () => { this.spot = this.cursor.at = null; });
  }

  get plate() {
    return document.querySelector("cs-plate");
  }

  /** What is held fast. */
  get pin() {
    return new URLSearchParams(location.search).get("pin") ?? "";
  }

  // ---- what is under a point

  /** @param {Element} target @param {number} x @param {number} y @returns {Spot | null} */
  under(target, x, y) {
    const explorer = this.current(), plate = this.plate;
    if (!explorer?.transport || !plate?.figure || !target.closest) return null;
    const number = target.closest("#sum [data-cell]");
    if (number) return this.weight(...number.dataset.cell.split(".").map(Number));
    const hit = plate.contains(target) && target.closest("[data-input], [data-weights], [data-numbers], [data-map]");
    if (!hit) return null;
    const { input, weights, numbers: read, map } = hit.dataset, m = plate.figure.svg.getScreenCTM();
    const [column, row] = cellAt(numbers(input ?? weights ?? read ?? map), (x - m.e) / m.a, (y - m.f) / m.d).map(Math.floor);
    if (map) return this.number(row, column);
    if (read) {
      const [top, left, down, across] = numbers(hit.dataset.corner);
      return this.cell(0, top + row * down, left + column * across);
    }
    return weights ? this.weight(+hit.dataset.slice, row, column) : this.cell(+(hit.dataset.sheet ?? this.sheet), row, column);
  }

  /** The sheet that is spoken of where a point does not say which. */
  get sheet() {
    const [kind, channel] = this.pin.split(".");
    return kind === "i" ? +channel - this.source.first : kind === "w" ? +channel : 0;
  }

  /** How the input is laid out. */
  get source() {
    const [first, rows, columns, single, sheets] = numbers(this.plate.plate.dataset.source);
    return { first, rows, columns, single: single === 1, sheets };
  }

  cell(sheet, row, column) {
    const { first, rows, columns, single } = this.source;
    if (row < 0 || column < 0 || row >= rows || column >= columns) return null;
    const pin = single ? `i.${row * columns + column}.0.0` : `i.${first + sheet}.${row}.${column}`;
    return { pin, at: this.current().at, row, column };
  }

  weight(slice, row, column) {
    const { columns, single } = this.source;
    return { pin: single ? `w.${row * columns + column}.0.0` : `w.${slice}.${row}.${column}`, at: this.current().at, row, column };
  }

  number(row, column) {
    const explorer = this.current(), inside = row * explorer.columns + column;
    if (row < 0 || column < 0 || column >= explorer.columns || inside >= explorer.places) return null;
    return { pin: "o", at: explorer.address(explorer.sheet * explorer.places + inside), row, column };
  }

  // ---- preview

  /** @param {PointerEvent} event */
  hover(event) {
    if (event.pointerType === "touch" || event.buttons || this.cursor.at || this.current()?.player.playing) return;
    const { target, clientX, clientY } = event;
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.preview(this.under(/** @type {Element} */ (target), clientX, clientY)));
  }

  /** Shows what something is connected with, or again what is pinned. @param {Spot | null} spot */
  preview(spot) {
    if (spot?.pin === this.spot?.pin && spot?.at === this.spot?.at) return;
    const first = !this.spot;
    this.spot = spot;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(), first || !spot ? DWELL_MS : 0);
  }

  /** Shows at once what the keyboard points at. @param {Spot | null} spot */
  aim(spot) {
    this.spot = spot;
    clearTimeout(this.timer);
    this.draw();
  }

  /** Asks for what is to be seen now, the newest only, and draws it. */
  async draw() {
    const explorer = this.current(), { pin, at } = this.spot ?? { pin: this.pin, at: explorer.at };
    if (!this.plate || this.busy) return;
    if (!pin) {
      this.show("");
      return;
    }
    const address = explorer.part("pointing", at).replace(/&pin=[^&]*/, "") + `&pin=${pin}`;
    this.busy = true;
    const text = this.kept.get(address) ?? (await fetch(address).then((answer) => (answer.ok ? answer.text() : ""), () => ""));
    this.busy = false;
    if (this.kept.size >= KEPT) this.kept.delete(this.kept.keys().next().value);
    if (text) this.kept.set(address, text);
    const now = this.spot ?? { pin: this.pin, at: this.current().at };
    if (now.pin === pin && now.at === at) this.show(text);
    else await this.draw();
  }

  /** @param {string} text */
  show(text) {
    const strip = document.querySelector("#pointed"), old = this.plate?.figure?.svg.querySelector("[data-pointing]");
    if (!strip || !old) return;
    const parts = document.createElement("template");
    parts.innerHTML = text;
    const drawn = parts.content.querySelector("[data-pointing]");
    old.replaceChildren(...(drawn?.children ?? []));
    strip.replaceChildren(...(parts.content.querySelector("#pointed")?.childNodes ?? []));
    if (this.spot || !this.pin) strip.querySelector("[data-unpin]")?.remove();
    if (this.spot?.pin === "o" && this.spot.at !== this.current().at) this.ghost(old);
    else this.plate.draw();
    if (this.cursor.at || (!this.spot && this.said !== this.pin)) {
      this.said = this.pin;
      const told = strip.querySelector("p"), { at } = this.cursor, sentence = told?.textContent;
      if (told && !at && !document.querySelector("#sum td.held")) strip.scrollIntoView({ block: "nearest" }); // on a phone it stands under the sum
      if (sentence) say((at && !at.said ? at.name : "") + sentence); // the part once
      else if (!this.pin) say(strip.dataset.free);
      if (at) at.said = true;
      if (at) told?.prepend(at.name);
    }
  }

  /** Outlines a number of the map and its window while the present place is another. @param {Element} group */
  ghost(group) {
    const { row, column } = this.spot, { plate } = this, { svg } = plate.figure;
    for (const e of group.querySelectorAll("[data-follow]")) e.removeAttribute("data-follow");
    const line = (plane, r) => {
      const e = document.createElementNS(svg.namespaceURI, "path");
      e.setAttribute("class", "q ring");
      e.setAttribute("d", path(corners(plane, r)));
      group.append(e);
    };
    for (const hit of svg.querySelectorAll("[data-input]")) line(numbers(hit.dataset.input), plate.windowAt(row, column));
    line(plate.figure.map, { top: row, bottom: row + 1, left: column, right: column + 1 });
  }

  /** The place has moved: what reads a pinned cell there is another weight. */
  moved() {
    if (this.current().player.playing && !this.pin.startsWith("i")) return; // the marks move by themselves
    const channel = this.current().at.split(".").slice(0, 2).join(".");
    if (this.pin && !this.spot && (!this.pin.startsWith("w") || channel !== this.channel)) this.draw();
    this.channel = channel;
  }

  // ---- holding fast

  /** @param {MouseEvent} event */
  released(event) {
    if (!/** @type {Element} */ (event.target).closest("[data-unpin]") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.hold("");
    document.querySelector("#scrub").focus({ preventScroll: true }); // what let go is gone
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    const target = /** @type {Element} */ (event.target);
    if (event.defaultPrevented || !target.closest("[data-weights], [data-numbers], #sum [data-cell]")) return;
    const spot = this.under(target, event.clientX, event.clientY);
    if (spot) this.toggle(spot.pin);
  }

  /** A press on the drawing that did not become a drag. @param {CustomEvent} event */
  tapped({ detail: { target, x, y } }) {
    const spot = this.under(target, x, y);
    if (spot) this.toggle(spot.pin);
  }

  /** @param {string} pin */
  toggle(pin) {
    this.hold(pin === this.pin ? "" : pin);
  }

  /** @param {string} pin */
  hold(pin) {
    const query = location.search.replace(/([?&])pin=[^&]*&?/, "$1").replace(/[?&]$/, "");
    const address = location.pathname + (pin ? `${query || "?"}${query ? "&" : ""}pin=${pin}` : query);
    const state = { ...history.state, htmx: true };
    if (pin && !this.pin) { // Back lets go
      history.replaceState(state, "");
      history.pushState(state, "", address);
    } else history.replaceState(state, "", address);
    for (const field of document.querySelectorAll('input[name="pin"]')) field.value = pin;
    this.spot = null;
    clearTimeout(this.timer);
    this.said = null;
    this.draw();
    document.dispatchEvent(new CustomEvent("cs:pinned", { detail: pin }));
  }

  /** Links say what was pinned when the page was made; what is pinned belongs to its layer.
   *  @param {{sourceElement: Element, request: {action: string}}} ctx */
  carried({ sourceElement, request }) {
    const link = sourceElement?.closest?.(".looks a, .transport a, .bar a, .ribbon a");
    if (!link || !/[?&]at=/.test(request.action)) return;
    const { view } = document.querySelector("#app").dataset;
    const kept = this.plate ? link.matches("[data-draws]") || !link.closest(".looks, .ribbon") : request.action.includes(`view=${view}`);
    request.action = request.action.replace(/&pin=[^&]*/, "") + (this.pin && kept ? `&pin=${this.pin}` : "");
  }
}
