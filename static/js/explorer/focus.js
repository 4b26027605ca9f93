// Where the focus is after an act. What is opened takes it: a card, a look, a question; what is closed gives it back; what
// is there as before keeps it, found again by its name where the page was made anew.

let hand = "key"; // by what the visitor acted last
let active = /** @type {Found} */ (null); // what had the focus when the page was asked for
let opener = null; // what opened the look that is there
let inside = null; // the menu in which the focus was last

/** A question that has come takes the focus, once what answers it has begun (predict.js). */
export const question = { wanted: false };

/** What tells a part of the page from the others, before and after. @param {Found} e */
const name = (e) => e.id || e.dataset.look || ("predict" in e.dataset && "predict") || e.ariaLabel || e.name || e.textContent.trim().replace(/\s+/g, " ");
const alike = (tag, called) => [...document.querySelectorAll(`#app ${tag}`)].filter((e) => name(e) === called);
const menus = (called) => [...document.querySelectorAll("details.menu")].filter((menu) => menu.className === called);
const shown = (e) => e?.checkVisibility?.() && !e.matches(":disabled, [inert] *");

/** What is known of an element, so that it can be found again. @param {Found} e */
function handle(e) {
  if (!e || e === document.body || !e.closest("#app")) return null;
  const called = name(e), menu = e.closest("details.menu");
  return { tag: e.localName, called, nth: alike(e.localName, called).indexOf(e), menu: menu?.className, which: menus(menu?.className).indexOf(menu), stop: Boolean(e.closest(".ribbon li")) };
}

/** @param {ReturnType<typeof handle>} known */
function found(known) {
  const all = known ? alike(known.tag, known.called) : [], again = all[known?.nth] ?? all[0];
  if (shown(again)) return again;
  const stepper = again?.closest(".stepper, .seg")?.querySelector("input, button:not(:disabled)"); // it goes no farther
  return shown(stepper) ? stepper : known?.menu && menus(known.menu)[known.which]?.querySelector(":scope > summary");
}

/** @param {Found} e */
function give(e) {
  if (!shown(e) || e === document.activeElement || (hand === "pointer" && e.localName === "summary")) return;
  if (e.tabIndex < 0) e.tabIndex = -1; // a heading or a section, which is none of the stops of the Tab key
  e.focus({ preventScroll: hand === "pointer" });
}

/** What of the page decides where the focus goes. */
function look() {
  const app = document.querySelector("#app"), card = document.querySelector("#card");
  return {
    view: app.dataset.view,
    card: card?.querySelector("h2").textContent,
    layer: document.querySelector(".ribbon [aria-current] a.stop")?.dataset.along.split(" ")[0],
    layers: document.querySelector(".ribbon").dataset.layers,
    asks: Boolean(document.querySelector('#predict, [form="predict"]')),
  };
}

const drawn = (view) => view === "figure" || view === "flat";

/** Where the focus goes, from what the page was to what it is. */
function goal(was, now, known) {
  question.wanted = now.asks && !was.asks;
  if (now.card && now.card !== was.card) return document.querySelector("#card-title");
  if (now.layers !== was.layers) return document.querySelector(".ribbon li[aria-current] .stop") ?? document.querySelector(".ribbon .stop");
  if (was.card && !now.card) return document.querySelector(".ribbon li[aria-current] .edit");
  if (known?.stop && now.layer !== was.layer) return document.querySelector(".ribbon li[aria-current] .stop");
  if (was.view === now.view) return found(known);
  if (!drawn(now.view)) {
    opener = known;
    return document.querySelector("#look");
  }
  const back = found(opener);
  opener = null;
  return drawn(was.view) ? document.querySelector('[data-key="view"]') : back ?? document.querySelector(".looks summary");
}

export function listenForFocus() {
  for (const [event, by] of [["pointerdown", "pointer"], ["keydown", "key"]]) addEventListener(event, () => { hand = by; }, { capture: true });
  let was = look(), known = null, moved = false, walking = false;
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    walking = /[?&]go=/.test(ctx.request.action) || "CS-Led" in ctx.request.headers; // a clicker opens nothing: its keys are to do the same at every stop
    active = /** @type {Found} */ (document.activeElement);
  });
  document.addEventListener("htmx:before:swap", () => {
    was = look();
    const here = /** @type {Found} */ (document.activeElement);
    moved = here !== active && here !== document.body;
    known = handle(moved ? here : active);
  });
  document.addEventListener("htmx:after:swap", () => {
    const here = moved || walking ? found(known) : goal(was, look(), known);
    if (here) give(here);
    else if (known && document.activeElement === document.body) give(document.querySelector("#stage"));
  });

  // A menu that is left closes: what has the focus is not to lie under it. One that closes gives the focus back.
  document.addEventListener("focusin", (event) => {
    const target = /** @type {Found} */ (event.target);
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
    inside = target.closest("details.menu");
    if (hand === "key" && target.tabIndex >= 0) target.scrollIntoView({ block: "nearest", inline: "nearest" }); // all of it, not a corner
  });
  document.addEventListener("toggle", ({ target }) => {
    const here = /** @type {Found} */ (document.activeElement), menu = /** @type {Found} */ (target);
    if (menu === inside && !menu.open && (here === document.body || !shown(here))) give(menu.querySelector(":scope > summary"));
  }, { capture: true });
}

/** Shows the name of a sign to those who point at it; to those who come by key the style sheet shows it, until Escape. */
export function listenForNames() {
  for (const event of /** @type {const} */ (["pointerover", "focusin"])) document.addEventListener(event, ({ target }) => {
    const sign = target.closest?.("#app :is(a, button, summary)[aria-label]:not([title])");
    if (sign && !/\p{L}{3}/u.test(sign.textContent)) sign.title = sign.ariaLabel;
  });
  document.addEventListener("keydown", ({ key, target }) => target.toggleAttribute?.("data-hushed", key === "Escape"), { capture: true });
}

/** Takes away an element that may have the focus, and leaves it near. @param {Found} e @param {string} near */
export function takeAway(e, near = "#stage") {
  const had = e.contains(document.activeElement);
  e.remove();
  if (had) give(document.querySelector(near));
}
