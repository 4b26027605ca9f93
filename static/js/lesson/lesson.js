// A lesson on the screen: links and keys lead from beat to beat, the address says where one is, and the figure stays.
//
//   a link, a key, the task that is done, a guess ─► travel(address) ─► the page there is fetched
//        ─► the step is led on, the rest of the page is changed ─► the history, the marks, the speaker's window
import { blank, follow as point, full, laser } from "./board.js";
import { Channel, follow, Queue } from "./channel.js";
import { keep, mark } from "./done.js";
import { listen } from "./keys.js";
import { Step } from "./step.js";

const page = () => document.querySelector("#lesson");
const step = () => document.querySelector("cs-step");
const overview = document.querySelector("#overview");
const queue = new Queue();
const channel = new Channel("lesson", (said) => {
  if ("blank" in said) blank(page().dataset, step().inside);
  else queue.add(() => travel(follow(said), { told: false }));
});

/** Goes to another address of a lesson; what is none of a lesson is opened as a page.
 * @param {string} href @param {{push?: boolean, stay?: boolean, told?: boolean}} [how] `stay`: the figure is there already */
async function travel(href, { push = true, stay = false, told = true } = {}) {
  const there = new URL(href, location.href);
  if (!/^\/lesson\/[^/]+$/.test(there.pathname)) {
    location.assign(there);
    return;
  }
  const answer = await fetch(there).catch(() => null);
  if (!answer) return say(page().dataset.offline);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!fresh.querySelector("cs-step")) {
    location.assign(there);
    return;
  }
  document.title = fresh.title;
  const other = page().dataset.here !== fresh.querySelector("#lesson").dataset.here;
  step().lead(fresh.querySelector("cs-step").outerHTML, { stay });
  put(fresh, ".bar .tools");
  put(fresh, "#lesson > footer");
  put(fresh, "#overview .book");
  put(fresh, "#help .acts");
  Object.assign(page().dataset, fresh.querySelector("#lesson").dataset);
  for (const name of ["last", "chapter"]) if (!(name in fresh.querySelector("#lesson").dataset)) delete page().dataset[name];
  if (other) scrollTo(0, 0);
  if (push) history.pushState({}, "", step().dataset.address);
  else history.replaceState({}, "", step().dataset.address);
  arrived(told);
}

/** Changes a part of the page for the one of another; what a room has put there stays. @param {Document} fresh @param {string} selector */
function put(fresh, selector) {
  const there = fresh.querySelector(selector), here = document.querySelector(selector);
  if (!there || !here) return;
  const focused = here.contains(document.activeElement) ? document.activeElement.getAttribute("rel") ?? document.activeElement.id : "";
  const room = here.querySelector("#room");
  if (room) there.querySelector("#room").replaceWith(room);
  here.replaceWith(there);
  if (focused) there.querySelector(`[rel="${focused}"], [id="${focused}"]`)?.focus();
}

/** A screen has come. @param {boolean} [told] the speaker's window is told */
function arrived(told = true) {
  const { name } = page().dataset, over = "last" in page().dataset && "done" in step().dataset;
  keep(step().dataset.address, over ? name : "");
  mark(document);
  if (told) channel.at(name, step().dataset.address);
}

/** @param {string} sentence */
function say(sentence) {
  document.querySelector("#spoken").textContent = sentence;
}

/** Goes on or back, from wherever the presses before have led. @param {"next" | "prev"} way */
const go = (way) => queue.add(async () => {
  const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector(`#lesson > footer [rel=${way}]`));
  if (link) await travel(link.href);
});

const acts = {
  on: () => go("next"),
  back: () => go("prev"),
  overview: () => open(),
  blank: () => blank(page().dataset, step().inside),
  full,
  laser,
  speaker: () => speaker(),
  help: () => document.querySelector("#help").showModal(),
};

/** Opens the speaker's window, or brings it to the front. */
function speaker() {
  const address = /** @type {HTMLAnchorElement} */ (document.querySelector("#speaker")).href;
  window.open(address, "speaker", "popup,width=1280,height=720");
}

// ---- the overview

let typed = "";

function open() {
  typed = "";
  document.querySelector("#help").close();
  overview.querySelector(".typed").textContent = "";
  overview.showModal();
  (overview.querySelector("[aria-current]") ?? overview.querySelector(".book a"))?.focus();
}

/** @param {number} by */
function move(by) {
  const links = [...overview.querySelectorAll(".book a")], at = links.findIndex((link) => link === document.activeElement);
  links[Math.max(0, Math.min(links.length - 1, at + by))]?.focus();
}

/** Goes to an entry of the overview. @param {HTMLAnchorElement | null} link */
function enter(link) {
  if (!link) return;
  overview.close();
  queue.add(() => travel(link.href));
}

overview.addEventListener("keydown", (event) => {
  const key = event.key.toLowerCase(), by = { pagedown: 1, pageup: -1, arrowdown: 1, arrowup: -1 }[key];
  const here = /** @type {HTMLAnchorElement | null} */ (document.activeElement.closest(".book a"));
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (by) move(by);
  else if (/^\d$/.test(key)) typed = `${typed}${key}`.slice(-3);
  else if (key === "backspace") typed = typed.slice(0, -1);
  else if (key === "enter" && typed) enter(overview.querySelector(`[data-number="${+typed}"]`));
  else if (key === "b" || key === ".") enter(here);
  else if (key === "o") overview.close();
  else return;
  event.preventDefault();
  if (/^(\d|backspace)$/.test(key)) overview.querySelector(".typed").textContent = typed;
  else typed = "";
});

// ---- what is clicked, done and guessed

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const target = /** @type {Element} */ (event.target), link = /** @type {HTMLAnchorElement | null} */ (target.closest("a[href]"));
  if (target.closest("#help-open")) return acts.help();
  if (target.closest("#overview-open")) return acts.overview();
  if (!link) return;
  if (link.id === "speaker") {
    event.preventDefault();
    speaker();
  } else if (link.matches("#lesson > footer [rel], #overview .book a")) {
    event.preventDefault();
    if (link.closest("#overview")) enter(link);
    else queue.add(() => travel(link.href));
  }
});

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!form.matches(".guesses")) return;
  event.preventDefault();
  const fields = new URLSearchParams(/** @type {any} */ (new FormData(form, event.submitter)));
  queue.add(() => travel(`${form.getAttribute("action")}?${fields}`));
});

document.addEventListener("cs:met", ({ detail }) => queue.add(async () => {
  const next = /** @type {HTMLAnchorElement | null} */ (document.querySelector("#lesson > footer [rel=next]"));
  if (next && "task" in step().dataset && detail.step === step().dataset.address) await travel(next.href, { stay: true });
}));

document.addEventListener("cs:guessed", ({ detail }) => queue.add(async () => {
  const next = /** @type {HTMLAnchorElement | null} */ (document.querySelector("#lesson > footer [rel=next]"));
  if (!next || !("asked" in step().dataset) || detail.step !== step().dataset.address) return;
  const there = new URL(next.href);
  there.searchParams.set("answer", detail.guess);
  await travel(there.href, { stay: true });
}));

document.addEventListener("cs:framed", ({ detail, target }) => {
  listen(detail, acts);
  point(detail, /** @type {Step} */ (target).frame);
});

addEventListener("popstate", () => queue.add(() => travel(location.href, { push: false })));

listen(document, acts);
point(document);
customElements.define("cs-step", Step);
history.replaceState({}, "", step().dataset.address); // which says the beat, too
arrived();
document.documentElement.classList.add("ready");
if (/(^|; )room=/.test(document.cookie)) import("../room/lead.js").then(({ begin }) => begin((there) => queue.add(() => travel(there))));
