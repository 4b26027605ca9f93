// The explorer at work: one place (layer, channel, row, column) decides what the plate, the sum, the transport and the
// address show. Elements say what a visitor did; this file moves the place; nothing else holds it.
import { layout } from "./elements/plate.js";
import { Player } from "./player.js";
import { Sums } from "./sums.js";

const GLIDE_MS = 260;
const LOCKSTEP = 16; // places a second up to which every sum is shown; above, as they come
const SETTLE_MS = 250; // after the last move, before the address and the screen reader are told

export class Explorer {
  constructor() {
    this.plate = document.querySelector("cs-plate");
    this.transport = document.querySelector("cs-transport");
    this.player = new Player((steps) => this.advance(steps), (on) => this.playing(on));
    this.stop = new AbortController();
    const { signal } = this.stop;
    document.addEventListener("cs:go", (e) => this.visit(e.detail), { signal });
    document.addEventListener("cs:transport", (e) => this.press(e.detail.name, e.detail.value), { signal });
    if (!this.plate || !this.transport) return;
    this.run = this.plate.dataset.run;
    this.looked = this.plate.querySelector(".plate").dataset.looked;
    this.sums = new Sums((at) => this.part("sum", at), (at, text) => this.showSum(at, text), () => document.querySelector("#sum").classList.add("behind"));
    this.index = this.plate.index;
    this.transport.show(this.index);
    const speed = document.querySelector("#speed");
    this.player.speed = +speed.value;
    for (const width of ["(max-width: 700px)", "(max-width: 1100px)"]) {
      matchMedia(width).addEventListener("change", () => this.turnTo(this.plate.channel, this.plate.place.row, this.plate.place.column), { signal });
    }
  }

  get at() {
    const { plate } = this;
    return `${plate.layer}.${plate.channel}.${plate.place.row}.${plate.place.column}`;
  }

  get places() {
    return this.plate.rows * this.plate.columns;
  }

  /** The address of a part of the page at a place. @param {string} name @param {string} at */
  part(name, at) {
    const query = new URLSearchParams({ at, view: this.looked, layout: layout() });
    const theme = document.documentElement.dataset.theme;
    if (theme) query.set("theme", theme);
    const lang = new URLSearchParams(location.search).get("lang");
    if (lang) query.set("lang", lang);
    return `/parts/${name}/${this.run}?${query}`;
  }

  close() {
    this.player.pause();
    clearTimeout(this.settling);
    this.stop.abort();
  }

  // ---- moving

  /** @param {string} name @param {number} [value] */
  press(name, value) {
    const channel = this.plate.channel;
    if (name === "play") {
      if (!this.player.playing && this.index === this.places * this.plate.channels - 1) this.move(0);
      this.player.toggle();
      return;
    }
    if (name === "speed") {
      this.player.speed = value;
      this.transport.show(this.index, this.left());
      return;
    }
    this.player.pause();
    if (name === "scrub") this.move(value);
    if (name === "first") this.move(channel * this.places);
    if (name === "last") this.move((channel + 1) * this.places - 1);
    if (name === "back") this.move(this.index - 1, true);
    if (name === "next") this.move(this.index + 1, true);
  }

  /** @param {{channel?: number, row?: number, column?: number}} place */
  visit({ channel = this.plate.channel, row = this.plate.place.row, column = this.plate.place.column }) {
    this.player.pause();
    this.move((channel * this.plate.rows + row) * this.plate.columns + column, true);
  }

  /** Moves the window by cells of the map, staying on it. @param {number} rows @param {number} columns */
  nudge(rows, columns) {
    const { plate } = this, clamp = (v, n) => Math.max(0, Math.min(n - 1, v));
    this.visit({ row: clamp(plate.place.row + rows, plate.rows), column: clamp(plate.place.column + columns, plate.columns) });
  }

  /** @param {number} by */
  turn(by) {
    const channel = this.plate.channel + by;
    if (channel >= 0 && channel < this.plate.channels) this.visit({ channel });
  }

  /** @param {number} steps @returns {boolean} whether there is a place to go on to */
  advance(steps) {
    if (this.coming) return true; // the next map is on its way
    const end = this.places * this.plate.channels - 1, next = Math.min(end, this.index + steps);
    this.move(next, this.player.speed <= 2);
    return next < end;
  }

  /** @param {number} index @param {boolean} glide */
  move(index, glide = false) {
    const { plate, places } = this;
    index = Math.max(0, Math.min(places * plate.channels - 1, index));
    this.index = index;
    const channel = Math.floor(index / places), inside = index % places;
    const row = Math.floor(inside / plate.columns), column = inside % plate.columns;
    if (channel !== plate.channel) this.turnTo(channel, row, column);
    else {
      plate.go(row, column, glide ? GLIDE_MS : 0);
      this.sums.want(this.at);
      if (this.player.playing) this.fetchAhead(inside);
    }
    this.transport.show(index, this.left());
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settle(), SETTLE_MS);
  }

  /** Asks for the sums of the places that come next, so that they are here when the window is there. */
  fetchAhead(inside) {
    const { plate } = this, last = Math.min(inside + 1 + Math.ceil(this.player.speed / 4), this.places - 1);
    if (this.player.speed > LOCKSTEP) return;
    for (let next = inside + 1; next <= last; next++) {
      this.sums.fetch(`${plate.layer}.${plate.channel}.${Math.floor(next / plate.columns)}.${next % plate.columns}`);
    }
  }

  /** Asks the server for the drawing of another map. */
  async turnTo(channel, row, column) {
    const at = `${this.plate.layer}.${channel}.${row}.${column}`;
    this.coming = at;
    const answer = await fetch(this.part("plate", at)).catch(() => null);
    if (this.coming !== at) return; // a newer one is wanted
    if (!answer?.ok) {
      location.reload(); // the run has expired here; the address still knows it
      return;
    }
    this.plate.innerHTML = await answer.text();
    this.plate.begin();
    this.coming = "";
    await this.sums.want(this.at);
    this.transport.show(this.index, this.left());
  }

  left() {
    return this.player.playing ? (this.places * this.plate.channels - 1 - this.index) / this.player.speed : undefined;
  }

  playing(on) {
    this.transport?.playing(on);
    this.transport?.show(this.index, this.left());
    if (!on) this.sums.want(this.at);
  }

  // ---- telling

  /** @param {string} at @param {string} text */
  showSum(at, text) {
    const sum = document.querySelector("#sum");
    const open = [...sum.querySelectorAll(".term")].findIndex((term) => term.classList.contains("open"));
    const scrolled = sum.querySelector(".terms")?.scrollLeft;
    sum.innerHTML = text;
    sum.classList.remove("behind");
    openTerm(sum, open);
    if (scrolled) sum.querySelector(".terms").scrollLeft = scrolled;
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
    const query = location.search.replace(/[?&]at=[^&]*/, "").replace(/^[?&]?/, "?");
    history.replaceState({ ...history.state, htmx: true }, "", `${location.pathname}${query}${query === "?" ? "" : "&"}at=${this.at}`);
    for (const field of document.querySelectorAll('input[name="at"]')) field.value = this.at;
    if (!this.player.playing) document.querySelector("#spoken").textContent = document.querySelector("#sum .sentence")?.textContent ?? "";
  }
}

/** On a phone one block of the sum is open at a time. @param {Element} sum @param {number} index */
export function openTerm(sum, index) {
  const terms = [...sum.querySelectorAll(".term")];
  terms.forEach((term, i) => term.classList.toggle("open", i === Math.max(0, Math.min(index, terms.length - 1))));
}
