// The teacher's phone: what comes next, and the buttons that lead there. What it shows is made anew with every move.
import { say } from "../explorer/say.js";
import { follow } from "./events.js";

const { code, lost, over } = document.body.dataset;
const spot = () => document.querySelector("#remote");
let newest = "", shown = "", busy = false;

/** @param {string} text of a page or a part of one */
function put(text) {
  const part = new DOMParser().parseFromString(text, "text/html").querySelector("#remote");
  if (!part) return;
  const before = spot().querySelector(".nextwords").textContent, held = /** @type {HTMLButtonElement | null} */ (document.activeElement);
  const again = held?.name ? `[name="${held.name}"]${held.name === "way" ? `[value="${held.value}"]` : ""}` : "";
  spot().replaceWith(document.adoptNode(part));
  tick();
  if (again) part.querySelector(again)?.focus();
  const words = part.querySelector(".nextwords").textContent;
  if (words !== before) say(`${part.querySelector(".ahead .quietly").textContent}: ${words}`);
}

async function refresh() {
  if (busy) return;
  busy = true;
  while (newest !== shown) {
    const wanted = newest, answer = await fetch(location.href, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) break;
    put(await answer.text());
    shown = wanted;
  }
  busy = false;
}

/** The time of day, as this phone has it. */
function tick() {
  const clock = document.querySelector("#clock");
  clock.textContent = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false }).format(new Date());
}

document.addEventListener("submit", async (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target), button = /** @type {HTMLButtonElement} */ (event.submitter);
  event.preventDefault();
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams({ [button.name]: button.value }), headers: { "HX-Request": "true" } }).catch(() => null);
  if (answer?.ok) put(await answer.text());
  else document.querySelector("#lost").textContent = lost;
});

follow(code, {
  room: ({ sequence, address, present, poll, blank }) => {
    newest = JSON.stringify([sequence, address, present, poll, blank]);
    refresh();
  },
  lost: () => { document.querySelector("#lost").textContent = lost; },
  back: () => { document.querySelector("#lost").textContent = ""; },
  over: () => {
    document.querySelector("#lost").textContent = over;
    for (const button of document.querySelectorAll("#remote button")) button.disabled = true;
  },
});
tick();
setInterval(() => { tick(); newest += " "; refresh(); }, 60000);
document.documentElement.classList.add("ready");
