// The explorer at work: one place (layer, channel, row, column) decides what the plate, the sum, the transport and the
// address show. Elements say what a visitor did; this file moves the place; nothing else holds it.
//
// Places are counted sheet by sheet in reading order, as they are laid out. A plate moves by itself from place to place
// of a sheet; another sheet, and every look that is not a plate, is asked for from the server.
import { layout } from "../figure/plate.js";
import { Parts } from "./parts.js";
import { Player } from "./player.js";
import { say, sentence } from "./say.js";

const GLIDE_MS = 260;
const LOCKSTEP = 16; // places a second up to which every sum is shown; above, as they come
const FLYING_MS = 200; // between two of these
const ROWS_SPEED = 4; // rows a second of a sweep
const SETTLE_MS = 250; // after the last move, before the address and the screen reader are told

let played = false; // before, or before a speed is chosen, nobody waits for an end

export class Explorer {
  constructor() {
    this.plate = document.querySelector("cs-plate");
    this.transport = /** @type {import("./transport.js").Transport} */ (document.querySelector("cs-transport:not([data-own])")); // some looks move theirs
    this.look = document.querySelector("#look");
    this.player = new Player((steps) => this.advance(steps), (on) => this.playing(on));
    this.stop = new AbortController();
    const { signal } = this.stop;
    const app = document.querySelector("#app");
    this.run = app.dataset.run;
    this.view = app.dataset.view;
    this.options = app.dataset.options.split(" ");
    if (!this.transport) return;
    document.addEventListener("cs:go", (e) => this.visit(e.detail), { signal });
    document.addEventListener("cs:opened", (e) => this.stand(e.detail), { signal });
    document.addEventListener("cs:transport", (e) => this.press(e.detail.name, e.detail.value), { signal });
    const data = this.transport.dataset;
    this.field = data.field ?? "at"; // of the address, that holds the place
    this.layer = data.layer;
    this.places = +data.places; // of a sheet
    this.sheets = +data.channels;
    this.columns = +data.columns;
    this.single = data.single === "1"; // one sheet holds all channels, a cell each
    this.index = +data.index;
    this.rowwise = false;
    this.behind = false; // the drawing is of another sheet
    const speaks = document.querySelector("[data-sheets]")?.dataset.sheet;
    this.speaks = speaks ? +speaks : null; // on a projector
    this.parts = new Parts((spot) => this.part(this.look ? "look" : "sum", spot), (spot, text) => this.come(spot, text), () => (this.look ?? document.querySelector("#sum"))?.classList.add("behind"));
    this.shown = this.spot(); // what the page says something of
    this.answers = new Map([[this.at, new URLSearchParams(location.search).get("guess")]]); // to what was asked of a place
    this.pace(document.querySelector("#speed").value);
    let drawn = layout();
    addEventListener("resize", () => {
      if (layout() === drawn) return;
      drawn = layout();
      this.parts.forget(); // a sum brings what the figure's lens shows, as large as it was drawn there
      if (this.plate) this.turn();
    }, { signal });
  }

  // ---- where it is

  get sheet() {
    return Math.floor(this.index / this.places);
  }

  /** The cell of the sheet. */
  get cell() {
    const inside = this.index % this.places;
    return { row: Math.floor(inside / this.columns), column: inside % this.columns };
  }

  get rows() {
    return Math.ceil(this.places / this.columns);
  }

  get last() {
    return this.places * this.sheets - 1;
  }

  get at() {
    return this.address(this.index);
  }

  /** What the sum is asked for: a place and, on a projector, the sheet that speaks there. @param {number} index */
  spot(index = this.index) {
    return this.address(index) + (this.speaks === null ? "" : `~${this.speaks}`);
  }

  /** A place as links and the API write it. @param {number} index */
  address(index) {
    if (this.single) return `${this.layer}.${index}.0.0`;
    const inside = index % this.places;
    return [this.layer, Math.floor(index / this.places), Math.floor(inside / this.columns), inside % this.columns].join(".");
  }

  /** The address of a part of the page at a place. @param {string} name @param {string} spot */
  part(name, spot) {
    const [at, sheet] = spot.split("~");
    const query = new URLSearchParams({ view: this.view, layout: layout() });
    const here = new URLSearchParams(location.search), theme = document.documentElement.dataset.theme;
    const guess = document.querySelector("[data-lasting]") ? here.get("guess") : this.answers.get(at); // of the layer, or of the place
    for (const field of [...this.options, "at", "pin", "sheet"]) if (here.get(field)) query.set(field, here.get(field));
    if (guess) query.set("guess", guess);
    query.set(this.field, at);
    if (theme) query.set("theme", theme);
    if (sheet) query.set("sheet", sheet);
    return `/parts/${name}/${this.run}?${query}`;
  }

  close() {
    this.player.pause();
    clearTimeout(this.settling);
    this.stop.abort();
  }

  // ---- moving

  /** @param {string} name @param {number | string} [value] */
  press(name, value) {
    if (name === "play") {
      if (!this.player.playing && this.index === this.last) this.move(0);
      this.player.toggle();
      return;
    }
    if (name === "speed") {
      played = true;
      this.pace(value);
      return;
    }
    this.player.pause();
    const first = this.sheet * this.places;
    if (name === "scrub") this.move(+value);
    if (name === "first") this.move(first);
    if (name === "last") this.move(first + this.places - 1);
    if (name === "back") this.move(this.index - 1, GLIDE_MS);
    if (name === "next") this.move(this.index + 1, GLIDE_MS);
    if (name === "strongest") this.seek((a, b) => a > b);
    if (name === "weakest") this.seek((a, b) => a < b);
  }

  /** @param {number | string} speed places a second, or "rows": a row at a time */
  pace(speed) {
    this.rowwise = speed === "rows";
    this.player.speed = this.rowwise ? ROWS_SPEED : +speed;
    this.parts.pause = this.player.speed > LOCKSTEP ? FLYING_MS : 0;
    this.transport.show(this.index, this.left());
  }

  /** @param {{channel?: number, row?: number, column?: number}} place a sheet and a cell of it @param {number} [ms] of the way */
  visit({ channel = this.sheet, row = this.cell.row, column = this.cell.column }, ms = GLIDE_MS) {
    this.player.pause();
    const inside = Math.min(row * this.columns + column, this.places - 1);
    this.move(channel * this.places + inside, ms);
  }

  /** A look has gone to another channel by itself: there is nothing to ask for. @param {number} channel */
  stand(channel) {
    this.index = this.single ? channel : channel * this.places + (this.index % this.places);
    this.shown = this.spot();
    this.transport.show(this.index, this.left());
    this.rest();
  }

  /** Moves the window by cells of the map, staying on it. @param {number} rows @param {number} columns */
  nudge(rows, columns) {
    const clamp = (v, n) => Math.max(0, Math.min(n - 1, v));
    this.visit({ row: clamp(this.cell.row + rows, this.rows), column: clamp(this.cell.column + columns, this.columns) });
  }

  /** @param {number} by */
  step(by) {
    const channel = this.sheet + by;
    if (channel >= 0 && channel < this.sheets) this.visit({ channel });
  }

  /** Goes to the number of the sheet that stands first in an order. @param {(a: number, b: number) => boolean} before */
  seek(before) {
    const values = this.plate?.values;
    if (!values) return;
    let best = 0;
    for (let i = 1; i < values.length; i++) if (before(values[i], values[best])) best = i;
    this.move(this.sheet * this.places + best, GLIDE_MS);
  }

  /** @param {number} steps @returns {boolean} whether there is a place to go on to */
  advance(steps) {
    if (this.coming) return true; // the next map is on its way
    const ends = (Math.floor((this.index + 1) / this.columns) + steps) * this.columns - 1; // of the rows to come
    const next = Math.min(this.last, this.rowwise ? ends : this.index + steps);
    this.move(next, !this.rowwise && this.player.speed <= 2 ? GLIDE_MS : 0);
    return next < this.last;
  }

  /** @param {number} index @param {number} [ms] that the window glides */
  move(index, ms = 0) {
    index = Math.max(0, Math.min(this.last, index));
    const sheet = this.sheet;
    this.index = index;
    if (this.plate && (this.coming || this.behind || sheet !== this.sheet || !this.plate.slides)) this.turn();
    else {
      this.plate?.go(this.cell.row, this.cell.column, ms);
      this.parts.want(this.spot());
      if (this.player.playing) this.fetchAhead();
    }
    this.transport.show(index, this.left());
    this.rest(ms);
  }

  /** Lets a sheet speak, on a projector; the one after the last is the sum. @param {number} sheet */
  speak(sheet) {
    this.speaks = sheet;
    this.parts.want(this.spot());
    this.rest();
  }

  /** @param {number} [ms] that the window still glides */
  rest(ms = 0) {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settle(), Math.max(SETTLE_MS, ms));
  }

  /** Asks for the sums of the places that come next, so that they are here when the window is there. */
  fetchAhead() {
    if (this.player.speed > LOCKSTEP || this.rowwise) return;
    const ahead = Math.min(this.index + 1 + Math.ceil(this.player.speed / 4), (this.sheet + 1) * this.places - 1);
    for (let next = this.index + 1; next <= ahead; next++) this.parts.fetch(this.spot(next));
  }

  /** Asks the server for the drawing of the place, where more changes than the window. */
  async turn() {
    const wanted = this.part("plate", this.at);
    this.coming = wanted;
    const answer = await fetch(wanted).catch(() => null), text = answer?.ok ? await answer.text() : null;
    if (this.coming !== wanted || this.stop.signal.aborted) return; // a newer one is wanted, since asking or while this one came; or the page is another
    if (!answer) { // nobody answers; whoever moves on asks again
      this.coming = "";
      this.behind = true;
      return;
    }
    this.behind = false;
    if (text === null) {
      location.reload(); // the run has expired here; the address still knows it
      return;
    }
    this.plate.innerHTML = text;
    this.plate.begin();
    this.coming = "";
    await this.parts.want(this.spot());
    this.transport.show(this.index, this.left());
  }

  /** Seconds that the rest of the layer takes at this speed, once something has played. */
  left() {
    return played ? (this.last - this.index) / (this.player.speed * (this.rowwise ? this.columns : 1)) : undefined;
  }

  playing(on) {
    played ||= on;
    this.transport?.playing(on);
    this.transport?.show(this.index, this.left());
    this.parts.want(this.spot());
    if (on) say(this.transport.dataset.playing);
    else this.rest();
  }

  // ---- telling

  /** A part that was asked for has come; where the place is at rest already, it is said now. @param {string} spot @param {string} text */
  come(spot, text) {
    this.shown = spot;
    this.show(spot.split("~")[0], text);
    if (this.late && spot === this.spot()) this.tell();
  }

  /** A part of the page has come. @param {string} at @param {string} text */
  show(at, text) {
    if (this.stop.signal.aborted) return; // it has come for a page that is gone
    if (this.look) {
      this.look.innerHTML = text;
      this.look.classList.remove("behind");
    } else {
      if (at === this.at) this.plate.keep(text.includes('id="predict"'));
      this.showSum(text);
    }
    document.dispatchEvent(new CustomEvent("cs:shown", { detail: at }));
  }

  /** @param {string} text */
  showSum(text) {
    const sum = document.querySelector("#sum");
    const open = sum.querySelector(".term.open")?.dataset.term;
    sum.innerHTML = text;
    sum.classList.remove("behind");
    if (open) openTerm(sum, open);
    const lens = sum.querySelector(".spare > [data-lens]"), old = this.plate.figure?.svg.querySelector("[data-lens]");
    if (lens && old) old.replaceWith(lens);
    sum.querySelector(".spare")?.remove();
    if (this.plate.number === null) {
      const tag = this.plate.figure?.svg.querySelector("[data-tag]");
      if (tag) tag.textContent = sum.querySelector(".answer .num").textContent;
    }
  }

  /** The place has come to rest: the address holds it, and it is said. */
  settle() {
    const held = { [this.field]: this.at, ...(this.speaks !== null && { sheet: this.speaks }) };
    history.replaceState({ ...history.state, htmx: true }, "", location.pathname + Object.entries(held).reduce(holding, location.search));
    for (const [name, value] of Object.entries(held)) for (const field of document.querySelectorAll(`input[name="${name}"]`)) field.value = String(value);
    for (const link of document.querySelectorAll("#theme, #projector")) link.search = Object.entries(held).reduce(holding, link.search);
    this.late = this.shown !== this.spot(); // and is said when it is there
    if (!this.player.playing && !this.late) this.tell();
  }

  /** Says what the page shows of the place. */
  tell() {
    this.late = false;
    const speaker = document.querySelector(".subtotals")?.dataset.told;
    say([speaker, sentence()].filter(Boolean).join(" "));
  }
}

/** A query that holds a value. @param {string} search @param {[string, string | number]} value */
export function holding(search, [name, value]) {
  const held = new RegExp(`([?&]${name}=)[^&]*`);
  return held.test(search) ? search.replace(held, `$1${value}`) : `${search || "?"}${search.length > 1 ? "&" : ""}${name}=${value}`;
}

/** Where the window has no room for all blocks of the sum one is open at a time. @param {Element} sum @param {string} name */
export function openTerm(sum, name) {
  if (!sum.querySelector(`.term[data-term="${name}"]`)) return;
  for (const part of sum.querySelectorAll("[data-term]")) part.classList.toggle("open", part.dataset.term === name);
}
