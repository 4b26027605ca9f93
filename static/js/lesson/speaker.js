// The speaker's window: what the class sees, what comes, notes, the time. It leads the lesson in the other window, and
// follows it.
import { Channel, follow, Queue } from "./channel.js";
import { listen } from "./keys.js";
import { Step } from "./step.js";

const page = () => document.querySelector("#lesson");
const steps = () => /** @type {Step[]} */ (/** @type {any} */ ([...document.querySelectorAll("cs-step")]));
const queue = new Queue();
const begun = Date.now();
const channel = new Channel("speaker", (said) => {
  if ("blank" in said) document.querySelector("#blank-on").setAttribute("aria-pressed", String(said.blank));
  else queue.add(() => travel(follow(said, "/speaker"), false));
});

/** Goes to another address of a lesson. @param {string} href of the lesson or its speaker @param {boolean} [told] */
async function travel(href, told = true) {
  const there = new URL(href, location.href), name = /^\/lesson\/([^/]+)/.exec(there.pathname)?.[1];
  if (!name) return; // behind the end
  there.pathname = `/lesson/${name}/speaker`;
  there.searchParams.delete("projector");
  const answer = await fetch(there);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html"), coming = [...fresh.querySelectorAll("cs-step")];
  document.title = fresh.title;
  const here = steps();
  coming.forEach((each, at) => { if (here[at]) here[at].lead(each.outerHTML); });
  if (here.length !== coming.length) document.querySelector(".small").replaceChildren(...fresh.querySelector(".small").childNodes);
  for (const part of [".whole", ".upnext > div:last-child", ".notes", ".speaker > h1"]) document.querySelector(part).replaceChildren(...fresh.querySelector(part).childNodes);
  const pressed = document.querySelector("#blank-on").getAttribute("aria-pressed"), focus = document.activeElement?.getAttribute("rel");
  document.querySelector("#lesson > footer").replaceWith(fresh.querySelector("#lesson > footer"));
  document.querySelector("#blank-on").setAttribute("aria-pressed", pressed);
  if (focus) document.querySelector(`#lesson > footer [rel=${focus}]`)?.focus();
  page().dataset.name = name;
  history.replaceState({}, "", there);
  if (told) channel.at(name, there.href);
}

/** @param {"next" | "prev"} way */
const go = (way) => queue.add(async () => {
  const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector(`#lesson > footer [rel=${way}]`));
  if (link) await travel(link.href);
});

const blank = () => channel.tell({ blank: true });

const acts = { on: () => go("next"), back: () => go("prev"), blank, help: () => document.querySelector("#help").showModal() };

document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target), link = target.closest("#lesson > footer [rel]");
  if (target.closest("#blank-on")) blank();
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  go(/** @type {"next" | "prev"} */ (link.getAttribute("rel")));
});

/** Says what time it is. */
function tick() {
  const past = Math.floor((Date.now() - begun) / 1000), two = (number) => String(number).padStart(2, "0");
  document.querySelector("[data-since]").textContent = `${two(Math.floor(past / 60))}:${two(past % 60)}`;
  const now = new Date();
  document.querySelector("[data-clock]").textContent = `${two(now.getHours())}:${two(now.getMinutes())}`;
}

listen(document, acts);
customElements.define("cs-step", Step);
tick();
setInterval(tick, 1000);
document.documentElement.classList.add("ready");
