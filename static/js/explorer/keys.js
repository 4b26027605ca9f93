// The keyboard. Which key does what stands in one table on the server, app/explorer/keys.py, and comes with the list of keys
// on the page; here stands how each thing is done. What is typed into a field is the field's; while a card or a menu is open
// only what closes it, undoes or pages acts. Keys of a single character can be switched off, in a cookie.
import { say } from "./say.js";
import { ownUndo, step } from "./undo.js";

/** @typedef {import("./explorer.js").Explorer} Explorer */

const projector = () => import("./projector.js");

/** @param {string} selector */
const press = (selector) => () => document.querySelector(selector)?.click();

/** @type {Record<string, (explorer: Explorer) => void>} what a key does; false: nothing here */
export const ACTS = {
  play: (x) => x.press("play"),
  left: (x) => x.nudge(0, -1),
  right: (x) => x.nudge(0, 1),
  up: (x) => x.nudge(-1, 0),
  down: (x) => x.nudge(1, 0),
  first: (x) => x.press("first"),
  last: (x) => x.press("last"),
  "filter-before": (x) => x.step(-1),
  "filter-after": (x) => x.step(1),
  "layer-before": press('.ribbon [rel="prev"]'),
  "layer-after": press('.ribbon [rel="next"]'),
  strongest: (x) => x.press("strongest"),
  weakest: (x) => x.press("weakest"),
  rows: () => rows(),
  view: press('[data-key="view"]'),
  network: press('[data-look="network"]'),
  guess: async () => (await import("./predict.js")).guess(),
  trace: press('[data-look="trace"]'),
  colours: press("[data-colours-next]"),
  point: () => {
    const products = document.querySelector("#sum [data-products]"); // only on a projector
    document.dispatchEvent(products ? new CustomEvent("cs:hold", { detail: products.dataset.products }) : new Event("cs:point"));
  },
  "page-on": async () => (await projector()).page(1),
  "page-back": async () => (await projector()).page(-1),
  full: async () => (await projector()).full(),
  blank: async () => (await projector()).blank(),
  add: async () => (await import("./share.js")).add(),
  laser: async () => (await projector()).laser(),
  undo: () => step(-1),
  redo: () => step(1),
  escape: () => escape(),
  help: press("#help-open"),
};
const MOVING = new Set(["play", "left", "right", "up", "down", "first", "last", "filter-before", "filter-after", "strongest", "weakest"]);
const PAGING = new Set(["page-on", "page-back"]); // which a field of one line has no use for
const STEPS = new Set(["undo", "redo"]);
const ALWAYS = new Set([...STEPS, ...PAGING, "escape"]);

/** @type {Map<string, string>} which key does what */
const table = new Map();

/** Reads the list of keys; of two lines the later one counts. */
export function learn() {
  table.clear();
  for (const line of document.querySelectorAll("#help [data-keys]")) {
    for (const pair of line.dataset.keys.split(" ")) {
      const at = pair.lastIndexOf(":");
      table.set(pair.slice(0, at).replace("Space", " "), pair.slice(at + 1));
    }
  }
}

/** @param {() => Explorer} current */
export function listen(current) {
  learn();
  listenForSwitch();
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const target = /** @type {Found} */ (event.target), act = table.get(pressed(event));
    if (!act || (STEPS.has(act) ? ownUndo(target) : act !== "escape" && fields(event, target, act))) return;
    if (event.key.length === 1 && event.key !== " " && !STEPS.has(act) && !single()) return;
    if (!ALWAYS.has(act) && document.querySelector("#card, details.menu[open]")) return;
    if (MOVING.has(act) && !(current()?.transport && !document.querySelector("cs-transport[inert]"))) return;
    if (PAGING.has(act) && document.querySelector("#card-close")) return; // a card scrolls, and is not left
    if (act !== "escape") event.preventDefault();
    ACTS[act](current());
  });
}

/** What a key is called in the table. @param {KeyboardEvent} event */
function pressed({ key, ctrlKey, metaKey, shiftKey }) {
  const letter = key.length === 1 ? key.toLowerCase() : key;
  return ctrlKey || metaKey ? `Ctrl+${shiftKey ? "Shift+" : ""}${letter}` : letter;
}

/** Whether keys of a single character act. */
const single = () => !/(^|; )keys=off/.test(document.cookie);

/** The switch in the list of keys. */
function listenForSwitch() {
  const box = /** @type {HTMLInputElement} */ (document.querySelector("#single-keys"));
  box.checked = single();
  box.addEventListener("change", () => { document.cookie = `keys=${box.checked ? "on" : "off"}; path=/; max-age=31536000; samesite=lax`; });
}

/** Tells whether a key belongs to what has the focus. @param {KeyboardEvent} event @param {HTMLElement} target @param {string} act */
function fields(event, target, act) {
  if (PAGING.has(act) && target.matches("select, input:not([type=range])")) return false;
  if (act === "blank" && target.matches("select")) return false;
  if (target.closest("input, select, textarea, [contenteditable]")) return true;
  return event.key === " " && target.closest("button, summary") !== null;
}

/** A sweep row by row, and back to places. */
function rows() {
  const speed = document.querySelector("#speed");
  if (!speed) return;
  speed.value = speed.value === "rows" ? "1" : "rows";
  speed.dispatchEvent(new Event("change", { bubbles: true }));
  say(`${document.querySelector(".speed .sr").textContent}: ${speed.querySelector("option:checked").textContent}`);
}

/** One level back: a menu, then a card, then what is pinned, then a look that is not the figure. */
function escape() {
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
    return;
  }
  const close = document.querySelector("#card-close");
  if (!close && document.querySelector("cs-plate") && /[?&]pin=./.test(location.search)) {
    document.dispatchEvent(new CustomEvent("cs:pin", { detail: "" })); // under a resting mouse too, where no link lets go
    return;
  }
  (close ?? (document.querySelector("#look") && document.querySelector('.looks > [data-look="figure"]')))?.click();
}
