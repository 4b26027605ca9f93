// The explorer in a frame (/embed), as a lesson has it. It says where it is, is led elsewhere, and lets parts of it glow; and
// it adds nothing to the history, which is that of the page around it.
//
//     the page around it ── cs:lead {address, glide, top}, cs:glow [names] ──► this document
//     the page around it ◄── cs:here, on the frame: this document listens and can be listened to ── this document
//     the page around it ◄── cs:state {address, led: it was led there}, once all is at rest ── this document
import { dressed } from "./style.js";
import { own } from "./undo.js";

/** @typedef {import("./explorer.js").Explorer} Explorer */

const KEPT = ["hide", "projector", "lang", "theme"]; // what an address says nothing of stays; another of them is another page
const MOST = 200; // steps that can be undone

/** @type {() => Explorer} */
let explorer = () => null;
/** @type {string[]} */
const past = [], future = [];
let stepping = false; // where the page goes now is no new step
let told = "", telling = 0;
let leads = 0; // of which the newest counts
let leading = false; // and has not arrived
let arrived = ""; // where it was led, until that is told; the address is another once a reader has acted
let last = Promise.resolve(); // one lead after the other, or the page of an older one could come last

const here = () => location.pathname + location.search;

/** @param {() => Explorer} current */
export function begin(current) {
  explorer = current;
  if (window !== parent) {
    replaceAlways();
    leaveFocus();
  }
  own.go = window === parent ? null : step;
  document.addEventListener("cs:lead", (event) => {
    event.preventDefault(); // so that whoever leads knows that it is heard
    const { address, glide = 0, top = false } = event.detail, number = ++leads;
    leading = true;
    last = last.then(async () => {
      if (number !== leads) return;
      const glides = await lead(address, glide).catch(() => false);
      arrived = here();
      setTimeout(() => { if (number === leads) arrive(top); }, glides ? glide : 0);
    });
  });
  document.addEventListener("cs:glow", ({ detail }) => glow(detail));
  document.addEventListener("htmx:after:swap", () => tellSoon());
  noticed("replaceState");
  arrived = here();
  tellSoon();
  frameElement?.dispatchEvent(new Event("cs:here"));
}

// ---- history

/** Whatever would add to the history takes the place of what is there, and is remembered here. */
function replaceAlways() {
  history.pushState = (state, unused, address) => {
    if (!stepping) {
      past.push(here());
      if (past.length > MOST) past.shift();
      future.length = 0;
    }
    history.replaceState(state, unused, address);
  };
}

/** Takes no focus from the page around it, where a press is meant for what has it there. */
function leaveFocus() {
  for (const { prototype } of [HTMLElement, SVGElement]) {
    const { focus } = prototype;
    prototype.focus = function (how) { if (document.hasFocus()) focus.call(this, how); };
  }
}

/** @param {-1 | 1} by @returns {Promise<boolean>} whether there was somewhere to go */
async function step(by) {
  const [from, to] = by < 0 ? [past, future] : [future, past], address = from.pop();
  if (!address) return false;
  to.push(here());
  await go(address);
  return true;
}

/** Goes to a state, which is no step of a visitor's. @param {string} address */
async function go(address) {
  stepping = true;
  await htmx.ajax("GET", address, { target: "#app", select: "#app", swap: "outerMorph", push: "true", headers: leading ? { "CS-Led": "1" } : {} }).finally(() => { stepping = false; });
}

// ---- where it is

/** Tells where it is, whenever the address says something else, once the page has caught up. @param {"replaceState"} name */
function noticed(name) {
  const real = history[name];
  history[name] = function (...args) {
    real.apply(history, args);
    tellSoon();
  };
}

function tellSoon() {
  clearTimeout(telling);
  telling = setTimeout(tell);
}

function tell() {
  const { classList } = document.documentElement;
  if (stepping || leading || !classList.contains("ready")) { // it comes to rest later, and is asked again then
    telling = setTimeout(tell, 30);
    return;
  }
  const led = arrived === here();
  arrived = "";
  if (told === here()) return;
  told = here();
  document.dispatchEvent(new CustomEvent("cs:state", { detail: { address: told, led } }));
}

// ---- led

/** Goes to a state: where only the place in its map is another, the window glides there.
 *  @param {string} address @param {number} glide ms of the way @returns {Promise<boolean>} whether it glides */
async function lead(address, glide) {
  const wanted = new URL(address, location.href), is = new URLSearchParams(location.search);
  for (const name of KEPT) if (!wanted.searchParams.has(name) && is.has(name)) wanted.searchParams.set(name, is.get(name));
  const will = wanted.searchParams;
  told = ""; // it is told even where it has arrived already
  past.length = future.length = 0;
  if (KEPT.some((name) => (will.get(name) ?? "") !== (is.get(name) ?? ""))) {
    location.replace(`/embed?${will}`);
    return false;
  }
  const place = placeOf(will, is);
  if (!place) {
    await go(`/embed?${will}`);
    return false;
  }
  explorer().visit(place, glide);
  explorer().settle(); // the address says so from now on
  return true;
}

/** It is where it was led. @param {boolean} top a step begins, with the top of the page */
function arrive(top) {
  leading = false;
  if (top) for (const part of [document.scrollingElement, document.querySelector("#stage")]) part.scrollTop = 0;
  tellSoon();
}

/** The place to which the window can glide, where all else is as it is. @param {URLSearchParams} will @param {URLSearchParams} is */
function placeOf(will, is) {
  const x = explorer(), to = will.get("at")?.split(".").map(Number);
  const names = new Set([...will.keys(), ...is.keys()]);
  if (!x?.transport || x.field !== "at" || to?.length !== 4) return null;
  for (const name of names) if (name !== "at" && (will.get(name) ?? "") !== (is.get(name) ?? "")) return null;
  if (to[0] !== +x.layer || (!x.single && to[1] !== x.sheet)) return null;
  return x.single ? { channel: 0, row: Math.floor(to[1] / x.columns), column: to[1] % x.columns } : { row: to[2], column: to[3] };
}

// ---- glow

/** Marks parts of what is drawn: picture, window, filter, map, number, sum, bias, network. @param {string[]} names */
function glow(names) {
  document.documentElement.dataset.glow = names.join(" ");
  if (names.length) dressed("explorer/glow");
}
