// A pupil's phone: the present step of the class, its questions, and the way to explore on one's own and back.
//
//   with the class ── Explore on my own ─► on my own (the explorer itself, at this state)
//         ▲                                    │
//         └────────── Back to the class ◄──────┘
import { say } from "../explorer/say.js";
import { Step } from "../lesson/step.js";
import { follow } from "./events.js";

const { body } = document, { code, following, alone, lost, back, explorer } = body.dataset;
const theme = document.documentElement.dataset.theme ?? "light", turned = theme !== body.dataset.made;
const query = body.dataset.query + (turned ? `&theme=${theme}` : ""); // the page was made before its theme was known
const step = () => /** @type {any} */ (document.querySelector("cs-step"));
const now = () => document.querySelector("#now");

let address = body.dataset.address; // of the step that is shown
let beside = ""; // what is known of the question and the screen
let newest = null; // the room as last told
let busy = false;

/** Where a phone is: what a step asks comes with the class, not while it waits at the door. @param {import("./events.js").Room} room */
const place = (room) => room.sequence || room.poll ? room.address : room.address.replace(/([?&]step=\d+)\.ask(?=&|$)/, "$1");

/** Shows what the room shows, one request at a time, the newest last. */
async function show() {
  if (busy || !newest) return;
  busy = true;
  for (let room = null; room !== newest;) {
    room = newest;
    try {
      if (place(room) !== address && !exploring()) await lead(place(room));
      await refresh(room);
    } catch {
      break; // nobody answers: what has come stays, and the stream says so
    }
  }
  busy = false;
}

/** Leads the step to where the class is; its words are a live region. @param {string} there */
async function lead(there) {
  const answer = await fetch(`/parts/step?address=${encodeURIComponent(there)}${query}`);
  if (!answer.ok) return;
  const html = await answer.text();
  step().lead(html);
  address = there;
  led = true;
}

// What the class is shown begins at the top of the figure, whatever the explorer has gone to in there.
let led = false;
document.addEventListener("cs:framed", ({ detail }) => {
  detail.addEventListener("cs:state", () => {
    if (led) detail.defaultView.scrollTo(0, 0);
    led = false;
  });
});

/** Fetches the question to the class where it has changed. @param {import("./events.js").Room} room */
async function refresh(room) {
  const { poll } = room, wanted = JSON.stringify([room.address, room.blank ?? false, poll?.question, poll?.state]);
  if (wanted === beside) return;
  const answer = await fetch(`/join/${code}/now${query.replace("&", "?")}`);
  if (answer.ok) put(await answer.text());
  beside = wanted;
}

/** @param {string} text of the part of the page about now */
function put(text) {
  const before = now().dataset, part = new DOMParser().parseFromString(text, "text/html").querySelector("#now");
  if (!part) return;
  const pressed = /** @type {HTMLButtonElement | null} */ (document.activeElement?.closest?.(".choice"))?.value;
  now().replaceWith(document.adoptNode(part));
  document.querySelector("#whereabouts").textContent = part.dataset.where;
  arrange();
  if (pressed !== undefined) document.querySelector(`.choice[value="${CSS.escape(pressed)}"]`)?.focus();
  if (part.dataset.poll !== before.poll || part.dataset.blank !== before.blank) {
    const news = part.querySelector("h2, .blanked")?.textContent;
    if (news) say(news);
  }
}

const exploring = () => body.classList.contains("exploring");

/** Shows what belongs to the way that one goes. */
function arrange() {
  const own = exploring();
  document.querySelector("#following").hidden = own || now().dataset.blank === "1";
  now().hidden = own;
  document.querySelector("#whereabouts").hidden = !own;
  document.querySelector("#explore").hidden = own;
  document.querySelector("#back").hidden = !own;
  document.querySelector("#with").textContent = own ? alone : following;
}

/** The explorer itself, at the state of the figure, where it has been dragged too. */
function explore() {
  const figure = /** @type {HTMLIFrameElement | null} */ (step()?.querySelector("iframe"));
  const search = new URLSearchParams(figure?.contentWindow?.location.search ?? new URL(document.querySelector("#explore").href).search);
  for (const name of ["hide", "theme"]) search.delete(name);
  const frame = document.createElement("iframe");
  Object.assign(frame, { className: "whole", title: explorer, src: `/?${search}` });
  body.classList.add("exploring");
  document.querySelector("main").append(frame);
  arrange();
  document.querySelector("#back").focus();
}

/** Back to where the class is by now. */
function comeBack() {
  document.querySelector("iframe.whole")?.remove();
  body.classList.remove("exploring");
  arrange();
  document.querySelector("#explore").focus();
  show();
}

document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  if (target.closest("#explore") && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    explore();
  }
  if (target.closest("#back")) comeBack();
});

document.addEventListener("submit", async (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target), choice = /** @type {any} */ (event.submitter);
  if (!form.closest("#now") || !choice) return;
  event.preventDefault();
  for (const each of form.querySelectorAll(".choice")) each.setAttribute("aria-pressed", String(each === choice));
  const answer = await fetch(`${form.action}${query.replace("&", "?")}`, { method: "POST", body: new URLSearchParams(/** @type {any} */ (new FormData(form, choice))), headers: { "HX-Request": "true" } }).catch(() => null);
  if (answer?.ok) put(await answer.text());
  else {
    beside = ""; // it was not taken: what holds is asked for
    show();
  }
});

// Who has done the task of the step sees that; the class itself is where its teacher is.
document.addEventListener("cs:met", async () => {
  const done = address.replace(/([?&]step=\d+)(?=&|$)/, "$1.do"), here = address;
  if (done === here) return;
  const answer = await fetch(`/parts/step?address=${encodeURIComponent(done)}${query}`).catch(() => null);
  if (answer?.ok && address === here) step().lead(await answer.text(), { stay: true });
});

customElements.define("cs-step", Step);
if (turned) lead(address).catch(() => {});
follow(code, {
  room: (room) => { newest = room; show(); },
  lost: () => { document.querySelector("#lost").textContent = lost; },
  back: () => {
    document.querySelector("#lost").textContent = "";
    say(back);
    beside = "";
  },
  over: () => location.assign(`/join/${code}?from=${encodeURIComponent(newest?.address ?? address)}${query}`),
}, true);
document.documentElement.classList.add("ready");
