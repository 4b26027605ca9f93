// The page of a training: news of it come as events, and what has changed is fetched from the server and put in its place.
//
//   EventSource ─ newest step ─► one request at a time ─► parts, once their pictures have come ─► the page
import { say } from "../explorer/say.js";

const EVERY = 250; // milliseconds from one request to the next, at least
const AWAY = 4000; // milliseconds in which a browser asks again by itself
const page = document.querySelector("#training");
const { name, query, offline } = page.dataset;
const status = () => document.querySelector("#stands");
const theme = () => document.documentElement.dataset.theme ?? "light";
const single = () => !/(^|; )keys=off/.test(document.cookie);

let wanted = "", shown = ""; // the step and state that are told of, and those of the page
let busy = false;

/** Asks for what has changed, unless it is being asked for; then afterwards. */
async function refresh() {
  if (busy || wanted === shown || document.hidden) return;
  busy = true;
  const asked = wanted, rest = new Promise((done) => { setTimeout(done, EVERY); });
  try {
    const answer = await fetch(`/train/${name}/live${query || "?"}&theme=${theme()}`);
    if (answer.status === 404) location.reload(); // it is gone, and its pictures go from the screen
    else if (answer.ok) await put(await answer.text());
    else notice(new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".notice p")?.textContent ?? offline);
    shown = asked;
  } catch {
    notice(offline);
  }
  await rest;
  busy = false;
  refresh();
}

/** Puts parts of the page in place of those with their ids. @param {string} text */
async function put(text) {
  const parts = new DOMParser().parseFromString(text, "text/html");
  const addresses = [...parts.querySelectorAll("img, image")].map((image) => image.getAttribute("src") ?? image.getAttribute("href"));
  await Promise.all([...new Set(addresses)].map(ready));
  const before = status()?.dataset ?? {}, { epoch, state, said } = parts.querySelector("#stands").dataset;
  for (const part of parts.querySelectorAll("section[id], #stands")) document.getElementById(part.id)?.replaceWith(part);
  if (epoch !== before.epoch || state !== before.state) say(said);
  buttons();
}

/** A picture that is there does not flicker when it is put in. @param {string} address */
async function ready(address) {
  const image = new Image();
  image.src = address;
  await image.decode().catch(() => {}); // the page itself shows that it is missing
}

/** What the buttons do follows from the state. */
function buttons() {
  const { state, most } = status().dataset, going = state === "running" || state === "waiting", over = state === "finished" || state === "stopped";
  const epoch = /** @type {HTMLInputElement | null} */ (document.querySelector(".explore input"));
  if (epoch && epoch.max !== most) {
    if (epoch.value === epoch.max && epoch !== document.activeElement) epoch.value = most;
    epoch.max = most;
  }
  const play = button("run") ?? button("pause");
  if (!play || !name) return;
  const act = going ? "pause" : "run";
  Object.assign(play.dataset, { command: act });
  play.setAttribute("formaction", `/train/${name}/${act}${query}`);
  play.setAttribute("aria-pressed", `${going}`);
  play.setAttribute("aria-label", play.dataset[act]);
  play.disabled = button("step").disabled = over;
}

const button = (command) => document.querySelector(`[data-command=${command}]`);

/** Sends what the owner says. @param {string} command */
async function send(command) {
  const again = document.activeElement;
  try {
    const answer = await fetch(`/train/${name}/${command}${query}`, { method: "POST", headers: { "HX-Request": "true" } });
    const text = await answer.text();
    if (!answer.ok) return notice(new DOMParser().parseFromString(text, "text/html").querySelector(".notice p")?.textContent ?? offline);
    document.querySelector("#notice").replaceChildren();
    await put(text);
    if (/** @type {any} */ (again)?.disabled) button("reset").focus();
  } catch {
    notice(offline);
  }
}

/** Does what a button or a key says; back to the seed is asked about once something is learned. @param {string} command */
function act(command) {
  if (command === "reset" && status().dataset.step !== "0") document.querySelector("#ask").showModal();
  else send(command);
}

/** @param {string} sentence */
function notice(sentence) {
  const box = document.createElement("div"), words = document.createElement("p");
  box.className = "notice";
  box.setAttribute("role", "alert");
  words.textContent = sentence;
  box.append(words);
  document.querySelector("#notice").replaceChildren(box);
}

/** Pictures were asked for in the theme that the server knew of; where the page's is another, ask again. */
function followTheme() {
  if (page.dataset.theme === theme()) return;
  for (const image of document.querySelectorAll("#filters image")) image.setAttribute("href", image.getAttribute("href").replace(/theme=\w+/, `theme=${theme()}`));
  const other = document.querySelector("#theme");
  if (other) other.href = other.href.replace(/theme=\w+/, `theme=${theme() === "dark" ? "light" : "dark"}`);
}

/** Listens to what is new of the training while the page is there. */
function follow() {
  const events = new EventSource(`/api/v1/trainings/${name}/events`);
  events.addEventListener("training", (event) => {
    const { step, state } = JSON.parse(/** @type {MessageEvent} */ (event).data);
    wanted = `${step} ${state}`;
    refresh();
  });
  let lost = 0; // what waits for the server to come back, and then says that it is away
  events.addEventListener("error", () => { lost ||= setTimeout(() => notice(offline), AWAY); });
  events.addEventListener("open", () => {
    clearTimeout(lost);
    lost = 0;
    if (document.querySelector("#notice").textContent === offline) document.querySelector("#notice").replaceChildren();
  });
  addEventListener("pagehide", () => events.close(), { once: true });
}

document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
  const way = /** @type {HTMLAnchorElement | null} */ (target.closest('a[href^="/train?"], #theme, #projector'));
  if (way && !name) {
    const there = new URL(way.href);
    for (const field of document.querySelectorAll(".pick [name]")) there.searchParams.set(field.name, field.value);
    way.href = there.href;
  }
  if (target.closest("#help-open")) document.querySelector("#help").showModal();
});

// What is chosen in the bar goes along with whatever else is changed of a draft.
document.addEventListener("formdata", ({ formData }) => {
  for (const field of document.querySelectorAll(".pick [name]")) if (formData.has(field.name)) formData.set(field.name, field.value);
});

document.addEventListener("submit", (event) => {
  const command = /** @type {HTMLElement | null} */ (event.submitter)?.dataset.command;
  if (!name || !command) return;
  event.preventDefault();
  act(command);
});

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const target = /** @type {Element} */ (event.target), menu = document.querySelector("details.menu[open]");
  if (event.key === "Escape" && menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  if (menu || target.closest("input, select, textarea") || (event.key === " " && target.closest("button, summary, a"))) return;
  const key = event.key.toLowerCase(), command = { " ": "run", n: "step", r: "reset" }[key];
  if (key !== " " && !single()) return;
  if (key === "?") document.querySelector("#help").showModal();
  if (!command) return;
  const pressed = button(command) ?? button("pause");
  if (!pressed) return;
  event.preventDefault();
  if (!pressed.disabled) pressed.click();
});

const ask = /** @type {HTMLDialogElement | null} */ (document.querySelector("#ask"));
ask?.addEventListener("close", () => {
  if (ask.returnValue === "reset") send("reset");
  ask.returnValue = "";
});

followTheme();
const own = /** @type {HTMLFormElement | null} */ (document.querySelector("#own"));
if (own) import("./own.js").then(({ begin }) => begin(own));
if (name) {
  addEventListener("pageshow", ({ persisted }) => { if (persisted) follow(); });
  document.addEventListener("visibilitychange", refresh);
  shown = wanted = `${status().dataset.step} ${status().dataset.state}`;
  follow();
}
document.documentElement.classList.add("ready");
