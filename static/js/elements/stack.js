// <cs-stack>: the maps of a layer as a stack that turns, fans out and lies flat; one of them is opened, and what it is
// made from is drawn. It draws pictures that the server made, and only while something moves.
//
//   form: stack ⇄ fan ⇄ grid, 600 ms from one to the next     turn: degrees     channel: the map that is opened
import { holding } from "../explorer.js";
import { between, FORMS } from "../forms.js";
import { draw, places, ring } from "../lineage.js";
import { many, Sweep } from "../sweep.js";
import { outline, paint, quad, Sheets } from "../volume.js";

const FORM_MS = 600, OPEN_MS = 320;
const REST_MS = 120; // after the last move, before smooth edges are drawn
const TURN_BY = 0.35; // degrees a px of a drag
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const ease = (t) => 1 - (1 - t) ** 3;
const current = (link, is) => (is ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current"));

export class Stack extends HTMLElement {
  connectedCallback() {
    this.abort = new AbortController();
    const { signal } = this.abort, on = (name, act, target = this, more = {}) => target.addEventListener(name, act, { signal, ...more });
    on("click", (event) => this.clicked(event));
    on("focusin", (event) => this.focused(event));
    on("focusout", () => this.point(-1));
    on("keydown", (event) => this.key(event));
    on("pointerdown", (event) => this.held(event));
    on("pointermove", (event) => this.over(event));
    on("pointerout", (event) => event.pointerType === "mouse" && event.target === this.canvas && this.point(-1));
    on("wheel", (event) => this.wheel(event), this, { passive: false });
    on("keydown", (event) => this.step(event), document);
    on("htmx:after:swap", () => this.begin(), document);
    this.resizer = new ResizeObserver(() => this.fit());
    this.painter = new MutationObserver(() => this.begin()); // other pictures: another scale, another theme
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
    const { drawn, channel, turn, form } = this.dataset;
    this.canvas = this.querySelector("canvas");
    this.pen = this.canvas.getContext("2d");
    this.told = JSON.parse(drawn);
    this.channel = +channel;
    this.turn = +turn;
    this.form = form;
    this.rolled ??= 0;
    this.pointed = -1;
    this.flown = 1;
    this.from = null;
    this.resizer.observe(this.canvas);
    this.painter.observe(this.querySelector("svg"), { subtree: true, attributeFilter: ["href"] });
    const links = [...this.querySelectorAll("svg a")];
    links.forEach((link) => { link.tabIndex = +link.dataset.channel === this.channel ? 0 : -1; });
    const hrefs = (name) => [...this.querySelectorAll(`svg image.${name}`)].map((image) => image.getAttribute("href"));
    const { maps, source, filter } = this.told, started = (this.started = {});
    const sheets = [new Sheets(maps, hrefs("maps")), new Sheets(source, hrefs("source")), filter && new Sheets(filter, hrefs("filter"))];
    const loaded = await Promise.all(sheets.map((each) => each?.load())).catch(() => null);
    if (this.started !== started || !loaded) return;
    [this.maps, this.source, this.filter] = loaded;
    this.sweep = null;
    this.show();
    this.fit();
    this.reveal(this.channel);
    this.classList.add("on");
  }

  // ---- drawing

  fit() {
    const { clientWidth: width, clientHeight: height } = this.canvas, ratio = devicePixelRatio;
    if (!this.maps || !width || !height) return;
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
    }
    const narrow = width < 600, part = narrow ? Math.min(220, height * 0.42) : Math.min(600, width * 0.46), tall = height;
    const box = narrow ? { x: 4, y: 2, width: width - 8, height: part - 16 } : { x: 4, y: 2, width: part - 36, height: tall - 8 };
    this.box = narrow ? { x: 4, y: part + 4, width: width - 8, height: height - part - 30 } : { x: part + 8, y: 8, width: width - part - 14, height: height - 36 };
    this.size = { width, height, ratio };
    const { rows, columns } = this.maps;
    this.at = places(box, { maps: this.maps, source: this.source, filter: this.filter, single: rows * columns === 1 });
    const style = getComputedStyle(this), token = (name) => style.getPropertyValue(name).trim();
    this.font = style.fontFamily;
    this.letters = parseFloat(style.fontSize);
    this.colours = Object.fromEntries(["window", "filter", "result", "halo", "ink", "lit", "shade", "figure", "control"].map((name) => [name, token(`--${name}`)]));
    Object.assign(this.colours, { soft: token("--ink-2"), edge: token("--control") });
    this.ask();
  }

  /** Draws at the next frame. */
  ask() {
    this.frame ||= requestAnimationFrame((now) => this.tick(now));
  }

  tick(now) {
    this.frame = 0;
    if (!this.at) return;
    let moving = false;
    const share = (since, ms) => {
      const t = still() ? 1 : Math.min(1, Math.max(0, (now - since) / ms));
      moving ||= t < 1;
      return ease(t);
    };
    const lens = this.lens ?? this.focus, away = lens - (this.eye ?? lens);
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
    const turning = this.drawn !== `${this.turn} ${this.form} ${this.eye}` || this.from, quick = many(this.maps) && (turning || this.flown < 1) && (this.form !== "grid" || this.from);
    this.drawn = `${this.turn} ${this.form} ${this.eye}`;
    this.paint(lie, quick);
    clearTimeout(this.resting);
    if (moving || this.from) this.ask();
    else if (quick) this.resting = setTimeout(() => this.ask(), REST_MS);
  }

  lying() {
    const { turn, form, rolled } = this, lie = FORMS[form](this.maps, this.box, { turn, scroll: rolled, focus: this.eye });
    if (form === "grid") this.most = Math.max(0, lie.content - this.box.height);
    return lie;
  }

  get focus() {
    return this.maps.count > 1 ? this.channel / (this.maps.count - 1) : 0;
  }

  /** @param {object} lie @param {boolean} quick while it moves */
  paint(lie, quick) {
    const { pen, maps, channel, colours, size, told } = this, { width, height, ratio } = size;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    const how = { ...size, size: this.letters, font: this.font, lit: colours.lit, shade: colours.shade, edge: "" };
    const corners = (k) => quad(lie.xs[k], lie.ys[k], lie.across, lie.down, maps.columns, maps.rows);
    pen.save();
    pen.beginPath();
    pen.rect(this.box.x - 4, this.box.y - 8, this.box.width + 10, this.box.height + 36);
    pen.clip();
    if (quick) (this.sweep ??= new Sweep(maps, colours.lit, colours.shade)).draw(pen, lie, { ...this.box, y: this.box.y - 8, height: this.box.height + 30 }, channel);
    else paint(pen, maps, lie, { ...how, without: channel, edge: lie.step >= 4 ? colours.edge : "" });
    outline(pen, corners(channel), colours.result, 1.6, [4, 4]);
    if (this.pointed >= 0) ring(pen, corners(this.pointed), colours.ink, colours.halo);
    this.label(lie, corners);
    pen.restore();
    const slot = { across: lie.across, down: lie.down, side: lie.side, xs: [lie.xs[channel]], ys: [lie.ys[channel]] };
    const reads = told.reads[told.reads.length > 1 ? channel : 0], base = this.filter && !this.filter.alone ? channel * this.filter.count : 0;
    const { words, shapes } = told;
    draw(pen, { ...this, at: this.at, reads, slot, flight: this.flown, words, shapes, colours, filterBase: base, slotSeen: lie.ys[channel] > -40 && lie.ys[channel] < height }, how);
    if (this.pointed >= 0) this.caption(corners(this.pointed));
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  /** Numbers under the maps, where there is room. */
  label(lie, corners) {
    if (this.from || lie.step < 28 || this.maps.columns * lie.across[0] < 20) return;
    const { pen, colours } = this;
    pen.font = `600 ${this.letters}px ${this.font}`;
    pen.textAlign = "right";
    for (let k = 0; k < this.maps.count; k++) {
      const [x, y] = corners(k)[2];
      if (y < 0 || y > this.size.height || x < 0) continue;
      pen.fillStyle = k === this.channel ? colours.result : colours.soft;
      pen.fillText(String(k + 1), x, y + this.letters + 2);
    }
  }

  /** What is pointed at, named beside it. @param {[number, number][]} points */
  caption(points) {
    const { pen, colours, letters, size } = this, text = this.name(this.pointed);
    pen.font = `600 ${letters}px ${this.font}`;
    const wide = pen.measureText(text).width + 16, tall = letters + 12, above = Math.min(points[0][1], points[1][1]) - tall - 6;
    const x = Math.max(2, Math.min(size.width - wide - 2, (points[0][0] + points[1][0] - wide) / 2)), y = above < 2 ? Math.min(size.height - tall - 2, Math.max(points[2][1], points[3][1]) + 6) : above;
    pen.fillStyle = colours.figure;
    pen.fillRect(x, y, wide, tall);
    outline(pen, [[x, y], [x + wide, y], [x + wide, y + tall], [x, y + tall]], colours.control, 1);
    pen.fillStyle = colours.ink;
    pen.textAlign = "left";
    pen.fillText(text, x + 8, y + letters + 3);
  }

  /** A map, its filter's name and its range. @param {number} k */
  name(k) {
    const { words, names, ranges } = this.told;
    return [words.name.replace("{number}", k + 1), names[k], ranges[k]].filter(Boolean).join(", ");
  }

  // ---- what a visitor does

  /** @param {number} x @param {number} y @returns {number} the map in front at a point; -1 for none */
  hit(x, y) {
    const { xs, ys, across, down, side } = this.lie, { rows, columns, count } = this.maps, det = across[0] * down[1] - across[1] * down[0];
    const inside = (k, ox, oy) => {
      const dx = x - xs[k] - ox, dy = y - ys[k] - oy, c = (dx * down[1] - dy * down[0]) / det, r = (across[0] * dy - across[1] * dx) / det;
      return c >= 0 && c < columns && r >= 0 && r < rows;
    };
    if (x < this.box.x - 4) return -1;
    for (let k = 0; k < count; k++) if (inside(k, 0, 0) || (side[0] && (inside(k, ...side) || inside(k, side[0] / 2, side[1] / 2)))) return k;
    return -1;
  }

  /** @param {PointerEvent | MouseEvent} event */
  spot(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** @param {PointerEvent} event */
  over(event) {
    if (event.target !== this.canvas || this.dragging || event.pointerType !== "mouse" || !this.lie) return;
    const [x, y] = this.spot(event), { start, way } = this.lie;
    if (this.form === "fan" && way && y > this.box.y && x > start - 40) this.lens = Math.max(0, Math.min(1, (x - start) / way));
    this.point(this.hit(x, y), true);
  }

  /** @param {number} k @param {boolean} keep the fan open where it is */
  point(k, keep = false) {
    if (!keep) this.lens = undefined;
    this.pointed = k;
    this.canvas.classList.toggle("over", k >= 0);
    this.ask();
  }

  /** A drag turns the stack or scrolls the grid; a press that stays where it is opens a map. @param {PointerEvent} event */
  held(event) {
    if (event.target !== this.canvas || event.button > 0 || !this.lie) return;
    this.canvas.setPointerCapture(event.pointerId);
    const { turn, rolled } = this, { clientX: x, clientY: y } = event, end = new AbortController(), signal = AbortSignal.any([end.signal, this.abort.signal]);
    this.dragging = true;
    let moved = false;
    this.canvas.addEventListener("pointermove", (e) => {
      moved ||= Math.hypot(e.clientX - x, e.clientY - y) > (e.pointerType === "mouse" ? 4 : 8);
      if (!moved) return;
      this.canvas.classList.add("held");
      if (this.form === "grid") this.roll(rolled - (e.clientY - y));
      else this.rotate(turn - (e.clientX - x) * TURN_BY);
    }, { signal });
    const release = (e) => {
      end.abort();
      this.dragging = false;
      this.canvas.classList.remove("held");
      if (moved) this.keep();
      else if (e.type === "pointerup") this.open(this.hit(...this.spot(e)));
    };
    for (const name of ["pointerup", "pointercancel"]) this.canvas.addEventListener(name, release, { signal });
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
    if (this.form !== "grid" || !this.box) return;
    const { best, line } = this.lying(), top = Math.floor(k / best) * line;
    this.roll(Math.max(top + line - this.box.height, Math.min(top, this.rolled)));
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    if (event.target !== this.canvas || this.form !== "grid" || !this.most || event.ctrlKey) return;
    event.preventDefault();
    this.point(-1);
    this.roll(this.rolled + event.deltaY * [1, 24, this.box.height][event.deltaMode]);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const link = /** @type {Element} */ (event.target).closest("svg a"), page = this.box?.height ?? 0;
    const line = this.lie?.best ?? 1, by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -line, ArrowDown: line, Home: -Infinity, End: Infinity }[event.key];
    if (link && by !== undefined) {
      const links = [...this.querySelectorAll("svg a")];
      links[Math.max(0, Math.min(links.length - 1, links.indexOf(link) + by))].focus();
    } else if (event.target !== this.canvas) return;
    else if (this.form !== "grid" && by !== undefined && !event.key.endsWith("p") && !event.key.endsWith("n")) {
      this.rotate(Math.abs(by) === 1 ? this.turn + 5 * by : by * 1e9);
      this.keep();
    } else if (this.form === "grid" && (by || /^Page/.test(event.key))) {
      const way = { ArrowUp: -48, ArrowDown: 48, PageUp: -page, PageDown: page, Home: -1e9, End: 1e9 }[event.key];
      if (way) this.roll(this.rolled + way);
      this.keep();
    } else if (event.key === "Enter") this.open(this.channel);
    else return;
    event.preventDefault();
  }

  /** The map before or after, with the keys that choose filters everywhere. @param {KeyboardEvent} event */
  step(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || /** @type {Element} */ (event.target).closest("input, select, textarea")) return;
    if (event.key !== "[" && event.key !== "]") return;
    this.open(this.channel + (event.key === "]" ? 1 : -1));
    event.preventDefault();
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
    this.dataset.channel = k;
    this.flown = still() ? 1 : 0;
    this.flying = performance.now();
    this.pointed = -1;
    this.reveal(k);
    this.ask();
    const { told, reads, words } = { ...this.told, told: this.told.words.told }, [first, last] = reads[reads.length > 1 ? k : 0];
    this.querySelector("[data-opened]").textContent = this.name(k);
    this.querySelector(".sentence").textContent = told.replaceAll("{number}", k + 1).replace("{first}", first + 1).replace("{last}", last);
    for (const link of this.querySelectorAll("svg a")) {
      const here = +link.dataset.channel === k;
      link.tabIndex = here ? 0 : -1;
      current(link, here);
    }
    const figure = this.querySelector("a[data-figure]");
    figure.setAttribute("href", figure.getAttribute("href").replace(/([?&]at=\d+\.)\d+/, `$1${k}`));
    this.dispatchEvent(new CustomEvent("cs:opened", { bubbles: true, detail: k }));
    if (!this.filter?.alone) return;
    const filter = await new Sheets(this.told.filter, this.filter.hrefs.map((href) => href.replace(/channel=\d+/, `channel=${k}`))).load().catch(() => null);
    if (!filter || this.channel !== k) return;
    this.filter = filter;
    this.ask();
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
    const pin = ["pin", `t.${Math.round(this.turn)}.${this.form}`];
    this.dataset.turn = Math.round(this.turn);
    history.replaceState(history.state, "", location.pathname + holding(location.search, pin));
    for (const link of document.querySelectorAll('a[href*="view=stack"]:not([data-form], [data-by])')) link.setAttribute("href", holding(link.getAttribute("href"), pin));
  }
}
