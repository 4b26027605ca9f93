// <cs-stack>: the maps of a layer as a stack that turns, fans out and lies flat; one of them is opened, and what it is
// made from is drawn. It draws pictures that the server made, and only while something moves.
//
//   form: stack ⇄ fan ⇄ grid, 600 ms from one to the next     turn: degrees     channel: the map that is opened
import { holding } from "../explorer/explorer.js";
import { Canvas } from "./canvas.js";
import { ARRANGEMENTS, between } from "./arrangement.js";
import { handle } from "./gestures.js";
import { Sheets } from "./volume.js";

const FORM_MS = 600, OPEN_MS = 320;
const REST_MS = 120; // after the last move, before smooth edges are drawn
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const ease = (t) => 1 - (1 - t) ** 3;
const current = (link, is) => (is ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current"));

export function begin() {
  customElements.define("cs-stack", Stack);
}

export class Stack extends HTMLElement {
  connectedCallback() {
    this.abort = new AbortController();
    const { signal } = this.abort, on = (name, act, target = /** @type {EventTarget} */ (this)) => target.addEventListener(name, act, { signal });
    this.addEventListener("click", (event) => this.clicked(event), { signal, capture: true }); // before a link is followed
    on("focusin", (event) => this.focused(event));
    on("focusout", () => this.point(-1));
    on("htmx:after:swap", () => this.begin(), document);
    on("cs:signs", () => this.begin(), document);
    on("change", () => this.begin(), /** @type {any} */ (matchMedia("(forced-colors: active)"))); // its colours are the system’s then, and signs are wanted
    handle(this, signal);
    this.resizer = new ResizeObserver(() => this.fit());
    this.rolled = 0;
    // other pictures: another scale, another theme
    this.painter = new MutationObserver((changes) => changes.some(({ target }) => target.nodeName === "image") && this.begin());
    this.begin();
  }

  disconnectedCallback() {
    this.abort.abort();
    this.resizer.disconnect();
    this.painter.disconnect();
    cancelAnimationFrame(this.frame);
    this.frame = 0;
  }

  /** Reads what the server has sent. */
  async begin() {
    const canvas = this.querySelector("canvas"), told = /** @type {import("./canvas.js").Told} */ (JSON.parse(this.dataset.drawn)), started = (this.started = {});
    this.painter.disconnect();
    this.painter.observe(this.querySelector("svg"), { subtree: true, attributeFilter: ["href"] });
    const sheets = (name) => told[name] && new Sheets(told[name], [...this.querySelectorAll(`svg image.${name}`)].map((image) => image.getAttribute("href"))).load();
    const loaded = await Promise.all(["maps", "source", "filter"].map(sheets)).catch(() => null);
    if (this.started !== started || !loaded) return;
    const { channel, turn, form } = this.dataset, [maps, source, filter] = loaded;
    this.canvas = canvas;
    this.told = told;
    this.maps = maps;
    this.form = form;
    this.channel = +channel;
    this.turn = +turn;
    this.pointed = -1;
    this.flown = 1;
    /** @type {{lie: import("./arrangement.js").Arrangement, since: number} | null} the arrangement before, while it changes */
    this.from = null;
    this.dragging = false;
    this.surface = new Canvas(canvas, { maps, source, filter, told });
    this.mark();
    this.resizer.observe(canvas);
    this.show();
    this.fit();
    this.reveal(this.channel);
    this.classList.add("on");
  }

  // ---- drawing

  fit() {
    if (this.surface?.fit()) this.ask();
  }

  /** Draws at the next frame. */
  ask() {
    this.frame ||= requestAnimationFrame((now) => this.tick(now));
  }

  tick(now) {
    this.frame = 0;
    if (!this.surface?.at) return;
    let moving = false;
    const share = (since, ms) => {
      const t = still() ? 1 : Math.min(1, Math.max(0, (now - since) / ms));
      moving ||= t < 1;
      return ease(t);
    };
    const lens = this.lens ?? this.middle, away = lens - (this.eye ?? lens);
    this.eye = still() || Math.abs(away) < 0.002 ? lens : lens - away * 0.7;
    moving ||= this.form === "fan" && this.eye !== lens;
    let lie = this.lying();
    if (this.from) {
      const t = share(this.from.since, FORM_MS);
      lie = between(this.from.lie, lie, t);
      if (t >= 1) this.from = null;
    }
    if (this.flown < 1) this.flown = share(this.flying, OPEN_MS);
    this.lie = lie;
    const { channel, pointed, flown } = this, held = [this.turn, this.form, this.eye, pointed].join();
    const quick = this.surface.many && (this.form !== "grid" || Boolean(this.from)) && (held !== this.drawn || Boolean(this.from) || flown < 1);
    this.drawn = held;
    this.surface.draw(lie, { channel, pointed, flown, named: pointed < 0 ? "" : this.name(pointed), settled: !this.from }, quick);
    clearTimeout(this.resting);
    const under = this.over && !moving ? this.surface.hit(...this.over) : pointed; // what has come to lie there
    if (under !== pointed) this.point(under, true, this.over);
    if (moving || this.from) this.ask();
    else if (quick) this.resting = setTimeout(() => this.ask(), REST_MS);
  }

  lying() {
    const { turn, form, rolled } = this, lie = ARRANGEMENTS[form](this.maps, this.surface.box, { turn, scroll: rolled, focus: this.eye });
    if (form === "grid") this.most = Math.max(0, lie.content - this.surface.box.height);
    return lie;
  }

  /** The share of the fan at which the map that is opened stands. */
  get middle() {
    return this.maps.count > 1 ? this.channel / (this.maps.count - 1) : 0;
  }

  /** A map, its filter's name and its range. @param {number} k */
  name(k) {
    const { words, names, ranges } = this.told;
    return [words.name.replace("{number}", String(k + 1)), names[k], ranges[k]].filter(Boolean).join(", ");
  }

  // ---- what a visitor does, by gestures.js

  /** @param {number} k @param {boolean} keep the fan open where it is @param {[number, number]} [over] where the mouse is */
  point(k, keep = false, over = undefined) {
    if (!this.surface) return;
    this.over = over;
    if (!keep) this.lens = undefined;
    this.pointed = k;
    this.canvas.classList.toggle("over", k >= 0);
    this.ask();
  }

  /** @param {number} degrees */
  rotate(degrees) {
    const { farthest } = this.told;
    this.turn = Math.max(-farthest, Math.min(farthest, degrees));
    this.ask();
  }

  /** @param {number} px */
  roll(px) {
    this.rolled = Math.max(0, Math.min(this.most ?? 0, px));
    this.ask();
  }

  /** Scrolls the grid until a map is in view. @param {number} k */
  reveal(k) {
    if (this.form !== "grid" || !this.surface?.box) return;
    const { best, line } = this.lying(), top = Math.floor(k / best) * line;
    this.roll(Math.max(top + line - this.surface.box.height, Math.min(top, this.rolled)));
  }

  /** @param {FocusEvent} event */
  focused(event) {
    const link = /** @type {Element} */ (event.target).closest("svg a");
    if (!link || !this.maps) return;
    const k = +link.dataset.channel;
    this.lens = this.maps.count > 1 ? k / (this.maps.count - 1) : 0;
    this.reveal(k);
    this.point(k, true);
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    const link = /** @type {Element} */ (event.target).closest("svg a, a[data-form], a[data-by]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !this.lie) return;
    event.preventDefault();
    event.stopPropagation();
    const { form, by, channel } = link.dataset;
    if (channel) this.open(+channel);
    if (form) this.lay(form);
    if (by) this.glide(+by);
  }

  // ---- what it leads to

  /** @param {string} form */
  lay(form) {
    if (form === this.form) return;
    this.from = { lie: this.lie, since: performance.now() };
    this.form = form;
    this.show();
    this.reveal(this.channel);
    this.keep();
    this.ask();
  }

  /** @param {number} degrees */
  glide(degrees) {
    this.from = { lie: this.lie, since: performance.now() - FORM_MS / 2 };
    this.rotate(this.turn + degrees);
    this.keep();
  }

  /** Pulls a map out. @param {number} k */
  async open(k) {
    if (k < 0 || k >= this.maps.count) return;
    this.channel = k;
    this.dataset.channel = String(k);
    this.flown = still() ? 1 : 0;
    this.flying = performance.now();
    this.pointed = -1;
    this.reveal(k);
    this.ask();
    const { told } = this.told.words, [first, last] = this.surface.reads(k);
    this.querySelector("[data-opened]").textContent = this.name(k);
    this.querySelector(".sentence").textContent = told.replaceAll("{number}", String(k + 1)).replace("{first}", String(first + 1)).replace("{last}", String(last));
    this.mark();
    const figure = this.querySelector("a[data-figure]");
    figure.setAttribute("href", figure.getAttribute("href").replace(/([?&]at=\d+\.)\d+/, `$1${k}`));
    this.dispatchEvent(new CustomEvent("cs:opened", { bubbles: true, detail: k }));
    const { surface } = this, { filter } = surface;
    if (!filter?.alone) return;
    const own = await new Sheets(this.told.filter, filter.hrefs.map((href) => href.replace(/channel=\d+/, `channel=${k}`))).load().catch(() => null);
    if (!own || this.channel !== k) return;
    surface.filter = own;
    this.ask();
  }

  /** One of the maps can be reached by Tab: the one that is opened, or the first where it is not among them. */
  mark() {
    const links = [...this.querySelectorAll("svg a")], here = links.find((link) => +link.dataset.channel === this.channel);
    for (const link of links) {
      link.tabIndex = link === (here ?? links[0]) ? 0 : -1;
      current(link, link === here);
    }
  }

  /** Tells buttons and the slider how the stack is held. */
  show() {
    const { form, turn, canvas, told } = this, flat = form === "grid";
    this.dataset.form = form;
    for (const chip of this.querySelectorAll("a[data-form]")) current(chip, chip.dataset.form === form);
    canvas.classList.toggle("scrolls", flat);
    const values = flat ? [0, Math.round(this.most ?? 0), Math.round(this.rolled)] : [-told.farthest, told.farthest, Math.round(turn)];
    ["min", "max", "now"].forEach((name, i) => canvas.setAttribute(`aria-value${name}`, values[i]));
    canvas.setAttribute("aria-label", flat ? told.words.scroll : told.words.turn);
  }

  /** The address holds how the stack is held, and so does every link that stays with it. */
  keep() {
    this.show();
    /** @type {[string, string]} */
    const pin = ["pin", `t.${Math.round(this.turn)}.${this.form}`];
    this.dataset.turn = String(Math.round(this.turn));
    history.replaceState(history.state, "", location.pathname + holding(location.search, pin));
    for (const link of document.querySelectorAll('a[href*="view=stack"]:not([data-form], [data-by])')) link.setAttribute("href", holding(link.getAttribute("href"), pin));
  }
}
