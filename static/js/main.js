// Starts what is on the page, and starts it anew whenever htmx has swapped in another state.
import { Explorer, holding } from "./explorer/explorer.js";
import { listenForFocus, listenForNames, takeAway } from "./explorer/focus.js";
import { listen } from "./explorer/keys.js";
import { listenForSilence } from "./explorer/offline.js";
import { say, sentence } from "./explorer/say.js";
import { dressed } from "./explorer/style.js";
import { Transport } from "./explorer/transport.js";
import { arrived, going, step } from "./explorer/undo.js";
import { layout, Plate } from "./figure/plate.js";
import { Pointing } from "./figure/pointing.js";
import { listenForProducts } from "./figure/products.js";
import { listenForPictures } from "./picture/upload.js";

/** @type {[string, () => Promise<{begin: (current: () => Explorer) => void}>][]} what is fetched once something is there for it */
const LATER = [
  ['#predict, [form="predict"], a[data-next]', () => import("./explorer/predict.js")],
  ["html[data-projector]", () => import("./explorer/projector.js")],
  ["#card", () => import("./card/settings.js")],
  [".embedded", () => import("./explorer/framed.js")],
];

const SILENT = "#notice > [data-silent]"; // that the server does not answer

/** @type {Set<string>} the scripts of looks that have begun */
const begun = new Set();

let explorer = null;
let beginning = 0; // parts of the page that are asked for and have not all begun
let began = ""; // the state that the page on the screen was made for

function start() {
  explorer?.close();
  explorer = new Explorer();
  const parts = fetchParts();
  if (document.querySelector(".long-link")) { // said once, and not with every state
    if (/(^|; )quiet=/.test(document.cookie)) document.documentElement.dataset.quiet = "";
    document.cookie = "quiet=1; path=/; samesite=lax";
  }
  began = document.querySelector("#app").dataset.address;
  if (!/[?&](image|recipe|run)=/.test(location.search)) history.replaceState({ htmx: true }, "", began);
  if (document.querySelector("#look")) parts.push(dressed("looks"));
  if (document.querySelector("#card")) parts.push(dressed("cards"));
  if (document.querySelector(".cols.filters")) parts.push(import("./card/filters.js").then(({ begin }) => begin()));
  readyAfter(parts);
  signed();
  const current = document.querySelector(".ribbon li[aria-current]");
  if (current) {
    const list = document.querySelector(".ribbon ol"), { left, width } = current.getBoundingClientRect();
    const fits = () => list.scrollWidth <= list.clientWidth, beside = list.parentElement.classList;
    beside.remove("tight");
    if (!fits()) beside.add("tight"); // what else stands there gives way, where that is enough
    if (!fits()) beside.remove("tight");
    list.classList.toggle("long", !fits());
    const shade = () => list.classList.toggle("scrolled", list.scrollLeft > 4);
    list.onscroll = shade;
    list.scrollLeft += left - list.getBoundingClientRect().left - (list.clientWidth - width) / 2;
    shade();
  }
}

/** Fetches what the page has come to need: what its look needs, and what is there of other parts; each has begun when
 * its promise is kept. */
function fetchParts() {
  const scripts = document.querySelector("#app").dataset.scripts.split(" ").filter((script) => script && !begun.has(script));
  const parts = LATER.filter(([selector]) => document.querySelector(selector));
  for (const script of scripts) begun.add(script);
  for (const part of parts) LATER.splice(LATER.indexOf(part), 1);
  const modules = [...scripts.map((script) => import(script)), ...parts.map((part) => part[1]())];
  return modules.map((module) => module.then(({ begin }) => begin(() => explorer)));
}

/** <html> is "ready" while all that the page needs has begun. @param {Promise<void>[]} parts that begin now */
async function readyAfter(parts) {
  const { classList } = document.documentElement;
  beginning++;
  classList.remove("ready");
  await Promise.allSettled(parts);
  if (!--beginning) classList.add("ready");
}

/** The switch in the menu of colours says whether minus signs stand on what is below zero. */
function signed() {
  document.querySelector("[data-sign]")?.setAttribute("aria-pressed", String("signs" in document.documentElement.dataset));
}

/** Pictures were asked for in the theme that the server knew of; where the page's is another, ask again. */
function followTheme() {
  const theme = document.documentElement.dataset.theme ?? "light";
  const app = document.querySelector("#app");
  if (app.dataset.theme === theme) return;
  app.dataset.theme = theme;
  const other = document.querySelector("#theme");
  other.href = other.href.replace(/theme=\w+/, `theme=${theme === "dark" ? "light" : "dark"}`);
  const swap = (address) => address.replace(/([?&])theme=\w+/, "$1").replace(/[?&]$/, "").replace(/(\?.*)?$/, (query) => `${query || "?"}${query ? "&" : ""}theme=${theme}`);
  for (const image of app.querySelectorAll("image, .scale img, .rows img, .thumb")) {
    const name = image.localName === "img" ? "src" : "href";
    image.setAttribute(name, swap(image.getAttribute(name)));
  }
  for (const plate of app.querySelectorAll(".plate")) plate.dataset.maps = swap(plate.dataset.maps);
}

/** Goes to another state of the explorer, as a link would. @param {string} address @returns {Promise<void>} */
function go(address) {
  return htmx.ajax("GET", address, { target: "#app", select: "#app", swap: "outerMorph", push: "true" });
}

/** Shows a sentence over the stage. @param {string} sentence @param {boolean} [back] with a way back; it is said elsewhere */
function notice(sentence, back = false) {
  const shape = /** @type {DocumentFragment} */ (document.querySelector("#notice-shape").content.cloneNode(true));
  shape.querySelector("p").textContent = sentence;
  if (back) shape.querySelector(".notice").removeAttribute("role");
  else shape.querySelector("[data-back]").remove();
  document.querySelector("#notice").replaceChildren(shape);
}

listenForPictures(go, notice);
listenForFocus();
listenForNames();
listenForSilence(() => {
  explorer?.player.pause();
  if (document.querySelector(SILENT)) return;
  notice(document.querySelector("#app").dataset.offline);
  /** @type {HTMLElement} */ (document.querySelector("#notice > .notice")).dataset.silent = "";
}, () => document.querySelector(SILENT)?.remove());

new Pointing(() => explorer);
listen(() => explorer);
listenForProducts(() => explorer);

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  followTheme();
  for (const name of /** @type {const} */ (["cs-plate", "cs-transport"])) document.querySelector(name)?.begin?.();
  start();
  const told = ctx.response?.headers.get("Convscope-Told"); // what the act did; not with a mistake, which says itself
  if (!told) return;
  const { said, lost } = JSON.parse(told);
  say(said || sentence());
  if (lost && !going()) notice(said, true);
  arrived();
});
document.addEventListener("cs:shown", () => {
  const parts = fetchParts();
  if (parts.length) readyAfter(parts);
});

// What links say about the place is what it was when the page was made; the place has moved since.
document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail, link = ctx.sourceElement?.closest?.("a");
  if (link?.dataset.look && !("draws" in link.dataset)) dressed("looks"); // while the look itself is made
  if (link?.matches(".edit")) dressed("cards");
  ctx.request.headers["CS-Layout"] = layout(); // the others need not be drawn
  ctx.request.headers["CS-From"] = document.querySelector("#app").dataset.from; // so that the answer says what is other
  ctx.request.headers["CS-Way"] = going();
  if (ctx.sourceElement?.closest?.(".card form")) ctx.swap = `${ctx.swap} show:none`; // an edit leaves one where one is
  if (ctx.request.headers["HX-History-Restore-Request"]) {
    ctx.push = "false"; // Back and Forward go along the history; another entry would cut off what lies ahead
    return;
  }
  if (!explorer?.transport || !ctx.request.action.includes("at=") || ctx.request.headers["CS-Led"]) return;
  const { field } = explorer, was = new URLSearchParams(began.split("?")[1]), { searchParams } = new URL(ctx.request.action, location.href);
  const same = (name) => searchParams.get(name) === was.get(name);
  const hold = (...held) => { ctx.request.action = ctx.request.action.replace(/\?.*/, (query) => held.reduce(holding, query)); };
  if (link?.dataset.along && field === "at") {
    const [layer, channels, rows, columns] = link.dataset.along.split(" ").map(Number);
    const along = (here, length, there) => Math.min(there - 1, Math.floor((here * there) / length));
    const { cell, single, sheet, index } = explorer, place = single ? { row: 0, column: 0 } : cell;
    const [tall, wide] = single ? [1, 1] : [explorer.rows, explorer.columns];
    hold(["at", [layer, Math.min(single ? index : sheet, channels - 1), along(place.row, tall, rows), along(place.column, wide, columns)].join(".")]);
  } else if (same(field) && (field === "at" || same("view"))) { // what is walked in a look means nothing in another
    hold([field, explorer.at]);
    if (explorer.speaks !== null) hold(["sheet", explorer.speaks]);
  }
});

document.addEventListener("click", async (event) => {
  const target = /** @type {Element} */ (event.target);
  const plain = !event.ctrlKey && !event.metaKey, tool = plain && target.closest("a[data-tool]"), scale = plain && target.closest("a[data-colours]");
  if (scale) import("./explorer/colours.js").then(({ recolour }) => recolour(scale.href)).catch(() => {}); // else the page itself brings them
  if (tool) {
    event.preventDefault();
    (await import("./picture/tool.js")).open(/** @type {any} */ (tool), go);
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
  const dismissed = target.closest("[data-dismiss]")?.parentElement;
  if (dismissed) takeAway(dismissed);
  if (target.closest("[data-back]")) step(-1);
  if (target.closest("[data-open-picture]")) {
    event.preventDefault();
    document.querySelector(".menu.picture").open = true;
    document.querySelector(".menu.picture > summary").focus();
  }
  const skip = target.closest(".skip");
  if (skip) {
    event.preventDefault(); // the address holds the state, not where the focus is
    document.querySelector("#stage").focus();
  }
  if (target.closest("#help-open")) document.querySelector("#help").showModal();
  if (target.closest("[data-sign]")) {
    const on = document.documentElement.toggleAttribute("data-signs");
    document.cookie = `signs=${on ? "on" : "off"}; path=/; max-age=31536000; samesite=lax`;
    signed();
    document.dispatchEvent(new Event("cs:signs"));
  }
  if (target.closest("[data-live]")) (await import("./picture/live.js")).toggle(() => explorer);
  const sheet = plain && target.closest("a[data-sheet]");
  if (sheet) {
    event.preventDefault();
    if (explorer?.transport) explorer.settle();
    (await import(`./explorer/${sheet.dataset.sheet}.js`)).open(sheet, go);
  }
});

followTheme();
customElements.define("cs-plate", Plate); // which begin as they are defined
setTimeout(() => { // a task of its own, so that neither holds up a hand for long
  customElements.define("cs-transport", Transport);
  start();
  if (parent === self && /(^|; )changing=./.test(document.cookie)) import("./lesson/changing.js").then(({ begin }) => begin());
});
if (/(^|; )room=/.test(document.cookie)) import("./room/lead.js").then(({ begin }) => begin(go));
