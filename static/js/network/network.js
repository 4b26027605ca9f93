// <cs-network>: the whole network on one picture. The server says what there is and sends it in one picture; here it is
// laid out for the window and drawn, only when something has changed. Maps are links, seen by screen readers alone: what
// has the focus is ringed in the drawing, and a click on the drawing is a click on its link.
// `lit` is the row that is large, of a network with few maps.
import { holding } from "../explorer/explorer.js";
import { learn } from "../explorer/keys.js";
import { across } from "./columns.js";
import { Deck } from "./deck.js";
import { apart } from "./heads.js";
import { reached } from "./light.js";
import { Paper } from "./paint.js";
import { rows, rowsDown } from "./rows.js";
import { under } from "./scene.js";
import { down } from "./stages.js";

const PHONE = 700, NARROW = 1100; // px of a window
const LOW = 330; // px of a drawing that has no room for a legend
const FINGER = 22; // px around the middle of a map that count as on it
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const ELSEWHERE = ["left", "first", "filter-before", "layer-before", "strongest", "rows", "point", "guess"]; // what keys do in a figure, and not here
const busy = () => document.querySelector("#card, details.menu[open], dialog[open], :popover-open");

export function begin() {
  customElements.define("cs-network", Network);
}

export class Network extends HTMLElement {
  connectedCallback() {
    this.abort = new AbortController();
    const { signal } = this.abort, on = (name, act, target = /** @type {EventTarget} */ (this), how = {}) => target.addEventListener(name, act, { signal, ...how });
    on("click", (event) => this.clicked(event));
    on("pointermove", (event) => event.pointerType === "mouse" && this.point(this.hit(event)));
    on("pointerleave", () => this.point(null));
    on("focusin", () => this.ask());
    on("focusout", () => this.ask());
    on("keydown", (event) => this.key(event), document, { capture: true });
    on("cs:transport", ({ detail }) => this.deck?.press(detail.name, detail.value), document);
    on("htmx:after:swap", () => this.begin(), document);
    on("cs:signs", () => this.begin(), document);
    on("change", () => this.begin(), /** @type {any} */ (matchMedia("(forced-colors: active)")));
    this.resizer = new ResizeObserver(() => this.fit());
    /** @type {import("./scene.js").Drawing} */
    this.drawing = null;
    /** @type {Paper | null} */
    this.paper = null;
    /** @type {import("./scene.js").Scene | null} */
    this.scene = null;
    /** @type {import("./scene.js").Sheet | null} what the mouse is over */
    this.pointed = null;
    /** @type {HTMLAnchorElement[][]} the maps of each column that is seen */
    this.links = [];
    this.begin();
  }

  disconnectedCallback() {
    this.abort.abort();
    this.resizer.disconnect();
    this.deck?.pause();
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    for (const line of document.querySelectorAll("#help [data-network]")) line.remove();
    list(true);
    learn();
  }

  /** Reads what the server has sent. */
  async begin() {
    const drawing = /** @type {import("./scene.js").Drawing} */ (JSON.parse(this.dataset.drawn)), started = (this.started = {});
    const paper = await new Paper(this.querySelector("canvas"), themed(drawing)).load().catch(() => null);
    if (this.started !== started || !paper || !this.isConnected) return;
    this.deck?.pause();
    Object.assign(this, { drawing, paper, pointed: null, lit: Math.min(drawing.lit, Math.max(0, drawing.rows - 1)) });
    this.deck = new Deck(document.querySelector("cs-transport"), (done) => {
      this.classList.toggle("waiting", done < 1);
      this.ask();
    });
    if (!document.querySelector("#help [data-network]")) document.querySelector("#help dl").prepend(/** @type {HTMLTemplateElement} */ (document.querySelector("#network-keys")).content.cloneNode(true));
    list(false);
    this.resizer.observe(this);
    this.fit();
    this.deck.shine(1);
    this.classList.add("on");
  }

  // ---- where everything is

  /** Lays all out anew: another window, or another row. */
  fit() {
    if (!this.paper || !this.clientWidth) return;
    const style = getComputedStyle(this), phone = innerWidth <= PHONE, projected = "projector" in document.documentElement.dataset;
    const side = parseFloat(style.scrollPaddingLeft), panel = this.querySelector(".classes, .names"), first = panel?.querySelector("li");
    const say = /** @type {HTMLElement} */ (this.querySelector(".say")), { drawing } = this, shares = panel?.matches(".classes") ? panel.children.length : 0;
    this.classList.toggle("phone", phone);
    const most = projected || innerWidth <= NARROW ? 3 : 5, told = phone ? 3 : Math.min(shares, most);
    const room = {
      width: this.clientWidth, height: this.clientHeight - say.offsetHeight - 14, side, most, projected, classes: Math.min(shares, told),
      panel: panel && !phone ? panel.clientWidth : 0, pitch: first ? first.offsetHeight + 6 : 0, words: this.words(),
    };
    panel?.classList.toggle("low", room.height < LOW);
    if (panel) panel.style.bottom = phone ? "" : `${say.offsetHeight}px`;
    const lay = drawing.rows ? (phone ? rowsDown : rows) : phone ? down : across;
    this.scene = lay(drawing, room, this.lit);
    this.place(room, panel, first);
    this.paper.fit(room.width, Math.max(1, phone ? this.scene.height : Math.max(room.height, this.scene.height)));
    this.ask();
  }

  /** How wide each head is, px; those that are hidden too. */
  words() {
    const pen = this.paper.pen, found = {};
    for (const head of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll(".colhead"))) {
      const key = head.matches("[data-close]") ? this.drawing.open.key : head.dataset.key ?? `inner ${head.dataset.inner}`;
      const { fontFamily } = getComputedStyle(head), lines = [...head.querySelectorAll("b, small:not(.sides, .maps)")];
      found[key] = Math.max(...lines.filter((line) => !clipped(line)).map((line) => {
        pen.font = `${line.matches("b") ? 650 : 400} ${getComputedStyle(line).fontSize} ${fontFamily}`;
        return pen.measureText(line.textContent).width;
      }), head.matches(".funnel") ? 24 : 44);
    }
    return found;
  }

  /** Puts what is no drawing where the drawing has room for it. */
  place({ classes }, panel, first) {
    const { scene, drawing } = this, columns = drawing.foldings[scene.folding], fall = scene.fall;
    for (const head of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll(".colhead"))) {
      const at = scene.heads[head.dataset.key ?? `inner ${head.dataset.inner}`] ?? (head.matches("[data-close]") ? scene.heads[drawing.open?.key] : null);
      head.hidden = !at;
      if (!at) continue;
      head.style.maxWidth = scene.tight ? `${apart(scene.heads, at[0])}px` : "";
      head.style.left = `${fall ? at[0] : Math.max(at[0], head.offsetWidth / 2)}px`; // its middle, in the page
      head.style.top = fall ? `${at[1]}px` : "";
    }
    const tab = /** @type {HTMLElement | null} */ (this.querySelector(".tab"));
    if (tab && scene.open) {
      tab.style.left = `${scene.open[0] - 14}px`;
      tab.style.width = `${scene.open[1] - scene.open[0] + 28}px`;
    }
    if (tab) tab.hidden = !scene.open;
    const seen = new Set([...columns.map(({ layer }) => layer), ...(drawing.open?.parts ?? []).flatMap(({ lanes }) => lanes.map(({ layer }) => layer))]);
    this.lists = [...this.querySelectorAll("section[data-layer]")].filter((list) => {
      list.hidden = !seen.has(+list.dataset.layer) || !scene.sheets.some(({ layer }) => layer === +list.dataset.layer);
      return !list.hidden;
    });
    const links = /** @type {any[][]} */ (this.lists.map((list) => [...list.querySelectorAll("a")]));
    this.links = links;
    const held = links.flat().find((link) => link.tabIndex === 0) ?? links.flat()[0];
    for (const link of links.flat()) link.tabIndex = link === held ? 0 : -1;
    if (!panel) return;
    [...panel.querySelectorAll("li")].forEach((row, k) => {
      row.hidden = panel.matches(".classes") && k >= (scene.scores?.length ?? classes);
      const centre = scene.scores?.[k];
      row.style.top = centre === undefined ? "" : `${centre - (panel.matches(".classes") ? first.offsetHeight - 12 - (first.offsetHeight - row.offsetHeight) * 0.6 : row.offsetHeight / 2)}px`;
      row.classList.toggle("lit", k === this.lit && panel.matches(".names"));
    });
  }

  // ---- drawing

  /** Draws at the next frame. */
  ask() {
    this.frame ||= requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.frame = 0;
    if (!this.scene) return;
    const focus = this.sheetOf(/** @type {HTMLElement} */ (document.activeElement)), keyed = focus && document.activeElement.matches(":focus-visible");
    this.paper.draw(this.scene, reached(this.scene.knots, this.deck.stretches, this.deck.done), [this.pointed, keyed ? focus : null].filter(Boolean));
  }

  /** The sheet of a link; null for what is none. @param {Element} link */
  sheetOf(link) {
    const list = link?.closest?.("cs-network section[data-layer]");
    if (!list || !this.scene) return null;
    const index = [...list.querySelectorAll("a")].indexOf(/** @type {HTMLAnchorElement} */ (link));
    return this.scene.sheets.find((sheet) => sheet.layer === +list.dataset.layer && sheet.index === index) ?? null;
  }

  /** The link of a sheet. @param {import("./scene.js").Sheet} sheet @returns {HTMLAnchorElement | null} */
  linkOf({ layer, index }) {
    return /** @type {any} */ (this.querySelectorAll(`section[data-layer="${layer}"] a`)[index]) ?? null;
  }

  // ---- what a visitor does

  /** @param {MouseEvent} event */
  hit(event) {
    if (!this.scene || event.target !== this.paper.canvas) return null;
    const box = this.paper.canvas.getBoundingClientRect();
    return under(this.scene, event.clientX - box.left, event.clientY - box.top, FINGER);
  }

  /** @param {import("./scene.js").Sheet | null} sheet */
  point(sheet) {
    if (this.pointed === sheet) return;
    this.pointed = sheet;
    this.paper?.canvas.classList.toggle("over", Boolean(sheet));
    if (this.scene) this.ask();
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    const button = /** @type {HTMLElement} */ (event.target).closest("[data-row]");
    if (button) return this.light(+button.dataset.row);
    const sheet = this.hit(event);
    if (!sheet) return undefined;
    const row = this.rowOf(sheet);
    if (row !== null && (row !== this.lit || sheet.layer < 0)) return this.light(row);
    return this.linkOf(sheet)?.click();
  }

  /** The row in which a sheet stands; null where there are none. @param {{layer: number, index: number}} sheet */
  rowOf({ layer, index }) {
    const { rows: count, deep } = this.drawing;
    return count ? (layer < 0 ? Math.floor(index / deep) : index) : null;
  }

  /** Lights a row; the address holds it. @param {number} row */
  light(row) {
    this.lit = row;
    const at = new URLSearchParams(location.search).get("at")?.split(".") ?? ["0", "0", "0", "0"];
    at[1] = String(row);
    history.replaceState(history.state, "", location.pathname + holding(location.search, ["at", at.join(".")]));
    const main = /** @type {HTMLAnchorElement} */ (this.querySelector("[data-main]")), link = this.links.at(-1)?.[row];
    if (link) {
      main.href = link.href;
      main.textContent = this.drawing.words.map.replace("{number}", String(row + 1));
    }
    this.fit();
  }

  /** Arrows go from map to map, Space plays, Escape folds; all else is the page's. @param {KeyboardEvent} event */
  key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (!this.links.length || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || busy() || target.closest("input, select, textarea, [contenteditable]")) return;
    const move = MOVES[event.key], close = this.querySelector("[data-close]");
    if (event.key === "Escape" && close) {
      close.focus();
      close.click();
    }
    else if (move && target.closest("#scrub")) this.deck.press(move[0] + move[1] > 0 ? "next" : "back");
    else if (move) this.go(move[0], move[1]);
    else if (event.key === " " && !target.closest("a, button, summary")) this.deck.press("play");
    else if (event.key === "Home" || event.key === "End") this.deck.press(event.key === "Home" ? "first" : "last");
    else return;
    event.preventDefault();
  }

  /** To the column before or after, to the map above or below. @param {number} column @param {number} map */
  go(column, map) {
    const here = /** @type {HTMLAnchorElement} */ (document.activeElement), at = this.links.findIndex((links) => links.includes(here));
    const lists = this.links, last = lists.length - 1;
    const next = at < 0 ? (column < 0 ? last : 0) : Math.max(0, Math.min(last, at + column));
    const order = this.order(lists[next]), place = at < 0 ? this.home(order) : this.order(lists[at]).indexOf(here);
    const link = order[Math.max(0, Math.min(order.length - 1, at < 0 ? place : at === next ? place + map : place))];
    for (const each of lists.flat()) each.tabIndex = each === link ? 0 : -1;
    if (this.drawing.rows) this.light(lists[next].indexOf(link));
    link.focus();
  }

  /** The links of a column that are seen, from top to bottom; on a phone from left to right. @param {HTMLAnchorElement[]} links */
  order(links) {
    const side = this.scene.fall ? "x" : "y", seen = links.filter((link) => this.sheetOf(link));
    return seen.sort((one, other) => this.sheetOf(one)[side] - this.sheetOf(other)[side]);
  }

  /** The place in a column at which one begins. @param {HTMLAnchorElement[]} order */
  home(order) {
    return this.drawing.rows ? this.lit : Math.floor((order.length - 1) / 2);
  }
}

/** Shows or hides, in the list of keys, those of a figure. @param {boolean} shown */
function list(shown) {
  for (const act of ELSEWHERE) for (const line of document.querySelectorAll(`#help [data-keys*=":${act}"]`)) line.hidden = !shown;
}

/** Whether a text is for screen readers alone. @param {Element} text */
const clipped = (text) => getComputedStyle(text).clipPath !== "none";

/** The pictures in the theme of the page, of which the server need not have known. @param {import("./scene.js").Drawing} drawing */
function themed(drawing) {
  const dark = document.documentElement.dataset.theme === "dark", { sheet } = drawing;
  return { ...drawing, sheet: sheet.replace(/&theme=dark/, "") + (dark ? "&theme=dark" : "") };
}
