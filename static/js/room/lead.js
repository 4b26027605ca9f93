// A room is led from this browser: wherever the page comes to rest the phones follow, and where the remote goes the page
// follows. The room's chip stands where Share is, with the sheet of the room; what the class is asked lies over the page.
//
//   the address has changed ─ RESTS ─► POST move ─► phones      (the newest, one at a time; a beat of a lesson at once)
//   another has moved the room ─► go there, POST move           (unless the page is on its own way)
import { follow } from "./events.js";
import { fetched } from "../explorer/sheet.js";
import { dressed } from "../explorer/style.js";

const RESTS = 250; // milliseconds in which nothing more happens to the address of the explorer, where a hand goes through many
const BETWEEN = 400; // … between two looks at who has answered
const ARRIVES = 4000; // … until a page that was sent somewhere is there, or counts as on its own way
const LEFT = new Set(["edit", "lang", "theme"]); // fields that are nobody else's business

const code = /(?:^|; )room=(\w{6})/.exec(document.cookie)?.[1] ?? "";
const spaced = `${code.slice(0, 3)}\u00a0${code.slice(3)}`;
const post = (what, fields) => fetch(`/room/${code}/${what}`, { method: "POST", body: new URLSearchParams(fields), headers: { "HX-Request": "true" } });

/** @type {import("./events.js").Room | null} */
let room = null;
let words = /** @type {HTMLElement | null} */ (null); // the part of the page about the question, and the words of the chip
let at = ""; // where page and room were last known to agree
let sending = false, resting = 0, arriving = 0, sequence = -1;
let asking = "", looking = false;

/** Whether a class can be where this page is. */
const leads = () => location.pathname === "/" || /^\/lesson\/[^/]+$/.test(location.pathname);

/** Where the page is, for others. */
function here() {
  const kept = location.search.slice(1).split("&").filter((part) => part && !LEFT.has(part.split("=")[0]));
  return location.pathname + (kept.length ? `?${kept.join("&")}` : "");
}

/** @param {((address: string) => unknown) | null} go to another address of the same kind, without leaving the page */
export async function begin(go) {
  if (!code || window !== top) return;
  await dressed("classroom/room");
  await look();
  if (!words) return;
  for (const name of /** @type {const} */ (["pushState", "replaceState"])) {
    const real = history[name];
    history[name] = (...state) => { real.apply(history, state); rest(); };
  }
  addEventListener("popstate", rest);
  document.addEventListener("visibilitychange", rest);
  document.addEventListener("htmx:after:swap", dress);
  document.addEventListener("cs:framed", ({ detail }) => detail.addEventListener("cs:state", oneSet));
  const step = document.querySelector("cs-step");
  if (step) new MutationObserver(dress).observe(step, { childList: true, subtree: true });
  document.addEventListener("click", opened, { capture: true });
  document.addEventListener("submit", turned, { capture: true });
  addEventListener("keydown", paged, { capture: true });
  watchDark();
  dress();
  rest();
  follow(code, {
    room: (news) => {
      room = news;
      dress();
      dark();
      const { poll } = news, now = JSON.stringify([poll?.question, poll?.state, poll?.answered, poll && news.present]);
      if (now !== asking) {
        asking = now;
        again();
        polling();
      } else if (document.querySelector(".of-room .pairing")) again();
      const led = !sending && news.sequence > sequence && (arriving || here() === at);
      sequence = Math.max(sequence, news.sequence);
      if (led && leads() && news.address !== at) went(news.address, go);
    },
    lost: () => notice(words.dataset.lost),
    back: () => notice(""),
    over,
  });
}

// ---- where the page is

/** Something has happened to the address. */
function rest() {
  if (arriving && here() === at) arrived();
  clearTimeout(resting);
  resting = setTimeout(tell, location.pathname === "/" ? RESTS : 0);
}

/** Tells the class where the page is. */
async function tell() {
  if (sending || arriving || !leads() || document.hidden || here() === at) return;
  sending = true;
  const address = here(), answer = await post("move", { address }).catch(() => null);
  if (answer?.status === 404 || answer?.status === 403) {
    over();
    return;
  }
  if (answer) at = address; // what no phone can show is not said again
  if (answer?.ok) sequence = Math.max(sequence, (await answer.json()).sequence);
  sending = false;
  if (here() !== at) rest();
}

/** The remote has moved on. @param {string} address @param {((address: string) => unknown) | null} go */
function went(address, go) {
  at = address;
  post("move", {}).catch(() => {});
  if (!go || new URL(address, location.origin).pathname !== location.pathname) {
    location.assign(address);
    return;
  }
  clearTimeout(arriving);
  arriving = setTimeout(arrived, ARRIVES);
  go(address);
}

/** The page is where it was sent, or somewhere else by now. */
function arrived() {
  clearTimeout(arriving);
  arriving = 0;
  if (here() !== at) rest();
}

/** The room is over: the page is as it was before. */
function over() {
  document.cookie = "room=; path=/; max-age=0; samesite=lax";
  location.reload();
}

// ---- the chip, and the question to the class

/** Puts the chip and the question where they belong in the page that is there now. */
function dress() {
  const share = document.querySelector("#share"), place = document.querySelector("#room");
  let chip = /** @type {HTMLElement | null} */ (document.querySelector(".roomchip"));
  if (!chip) {
    chip = share ?? place?.appendChild(document.createElement("a")) ?? null;
    if (!chip) return;
    chip.classList.add("roomchip");
    chip.classList.remove("text");
    chip.removeAttribute("data-sheet");
    chip.dataset.share = chip.getAttribute("href") ?? "";
    chip.setAttribute("href", `/room/${code}/sheet`);
    chip.setAttribute("aria-haspopup", "dialog");
    const name = document.createElement("b"), count = document.createElement("span");
    name.textContent = spaced;
    chip.replaceChildren(name, " ", count);
  }
  const count = words.dataset.here.replace("{num}", String(room?.present ?? 0)), told = chip.querySelector("span");
  if (told.textContent !== count) {
    told.textContent = count;
    chip.setAttribute("aria-label", `${words.dataset.room.replace("{code}", spaced)}, ${count}`);
  }
  beside();
}

/** What the class answers is not answered in the figure as well. */
function oneSet() {
  const framed = /** @type {HTMLIFrameElement | null} */ (document.querySelector("cs-step iframe"))?.contentDocument;
  for (const each of [document, framed]) each?.documentElement?.toggleAttribute("data-class-asked", words.dataset.state === "open");
}

/** In a lesson the question stands among its words, in the explorer over the ribbon, and nowhere else. */
function beside() {
  if (!leads()) return;
  oneSet();
  const among = document.querySelector("cs-step .words");
  if (among ? words.parentElement !== among : words.parentElement !== document.body) {
    words.classList.toggle("over", !among);
    if (among) (among.querySelector(":scope > .guesses") ?? among.querySelector(".say") ?? among.querySelector("h1"))?.after(words);
    else document.body.append(words);
    below.disconnect();
    below.observe(words);
  }
  const question = words.querySelector("h2"), said = among?.querySelector("h1")?.textContent.trim();
  if (question) question.hidden = question.textContent.trim() === said; // the step has it as its heading
}

/** The stage begins below what lies over the ribbon, where that is the higher. */
const below = new ResizeObserver(() => {
  const ribbon = document.querySelector("#app > .ribbon");
  const over = ribbon && words.matches("body > .over") ? words.getBoundingClientRect().bottom - ribbon.getBoundingClientRect().bottom - scrollY : 0;
  document.documentElement.style.setProperty("--asked", `${Math.max(0, over)}px`);
});

/** Looks again at what is asked, soon. */
function again() {
  if (looking) return;
  looking = true;
  setTimeout(async () => {
    looking = false;
    await look();
    dress();
    const paired = document.querySelector(".of-room .pairing");
    if (paired && !("pairing" in words.dataset)) /** @type {HTMLDialogElement} */ (paired.closest("dialog")).close(); // a phone has it
  }, words.dataset.state ? BETWEEN : 0);
}

/** Asks what the class is asked. */
async function look() {
  const answer = await fetch(`/room/${code}/asked${location.search.match(/[?&]lang=[\w-]+/)?.[0].replace("&", "?") ?? ""}`).catch(() => null);
  if (!answer) return;
  const part = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#room-asked");
  if (answer.status === 404) over();
  if (!part) return;
  const held = words?.contains(document.activeElement);
  words?.remove();
  words = /** @type {HTMLElement} */ (document.adoptNode(part));
  if (held) {
    dress();
    words.querySelector("button")?.focus();
  }
}

// ---- the sheet

/** @param {MouseEvent} event */
async function opened(event) {
  const chip = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest?.(".roomchip"));
  if (!chip || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation();
  const section = await fetched(`/room/${code}/sheet?address=${encodeURIComponent(here())}`, { headers: { Accept: "text/html" } });
  if (typeof section === "string") return;
  const dialog = await shared(chip) ?? await bare(chip);
  dialog.setAttribute("aria-label", section.getAttribute("aria-label"));
  dialog.classList.add("of-room");
  dialog.prepend(section);
  let last = section; // which stays while the rows of Share are exchanged
  new MutationObserver(() => {
    const there = /** @type {HTMLElement | null} */ (dialog.querySelector(".leading"));
    if (!there) dialog.prepend(last);
    last = there ?? last;
  }).observe(dialog, { childList: true });
}

/** The sheet that lies open follows what is asked, unless a question is being written there. */
async function polling() {
  const shown = /** @type {HTMLElement | null} */ (document.querySelector(".of-room .polling"));
  if (!shown || shown.querySelector("details[open]")) return;
  const section = await fetched(`/room/${code}/sheet?address=${encodeURIComponent(here())}`, { headers: { Accept: "text/html" } });
  const part = typeof section === "string" ? null : section.querySelector(".polling");
  if (!part || !shown.isConnected) return;
  const held = shown.contains(document.activeElement);
  shown.replaceWith(part);
  if (held) part.querySelector("button")?.focus();
}

/** The sheet of Share, with its own script: what leaves the page stands below the room. @param {HTMLElement} chip */
async function shared(chip) {
  if (!chip.dataset.share) return null;
  const link = document.createElement("a");
  link.href = chip.dataset.share;
  const { open } = await import("../explorer/share.js");
  await open(link);
  return document.querySelector("dialog.sheet");
}

/** @param {HTMLElement} chip */
async function bare(chip) {
  await dressed("explorer/share");
  const dialog = document.createElement("dialog");
  dialog.className = "sheet";
  document.body.append(dialog);
  dialog.addEventListener("close", () => { dialog.remove(); chip.focus(); });
  dialog.addEventListener("click", ({ target }) => { if (target === dialog) dialog.close(); });
  dialog.showModal();
  return dialog;
}

/** What the forms of the sheet and of the question say. @param {SubmitEvent} event */
async function turned(event) {
  const form = /** @type {HTMLFormElement} */ (event.target), button = /** @type {HTMLButtonElement | null} */ (event.submitter);
  const part = form.closest(".leading, #room-asked");
  if (!part) return;
  event.preventDefault();
  event.stopPropagation();
  const fields = new FormData(form, button), dialog = part.closest("dialog");
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(/** @type {any} */ (fields)), headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer) {
    notice(words.dataset.lost);
    return;
  }
  const made = answer.headers.get("Content-Type")?.includes("html") && new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".leading");
  if (made) {
    part.replaceWith(document.adoptNode(made));
    (made.querySelector("[role=alert]") ?? made.querySelector(".pairing"))?.scrollIntoView({ block: "nearest" });
  } else if (form.action.endsWith("/end")) over();
  else dialog?.close();
}

// ---- keys, and the dark

/** The key that turns pages shows the answer first, where no step of the page itself does. @param {KeyboardEvent} event */
function paged(event) {
  const poll = room?.poll, target = /** @type {Element} */ (event.target), lesson = location.pathname !== "/";
  const on = event.key === "PageDown" || (lesson && ["ArrowRight", " "].includes(event.key) && !target.closest?.("a, button, input, select, textarea"));
  if (!poll || !on || poll.state === "closed" || document.querySelector("dialog[open], #blank")) return;
  const board = document.documentElement.hasAttribute("data-projector");
  const itself = lesson ? /[?&]step=\d+\.ask/.test(location.search) : board && /[?&]predict=/.test(location.search);
  const shown = poll.state === "shown";
  if (shown ? lesson : itself) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  post("poll", { state: shown ? "closed" : "shown" }).catch(() => notice(words.dataset.lost));
}

let told = false; // whether the room has been told that the screen is dark

/** The screen is dark where the room says so; what a key has made dark or light here, the room is told. */
async function dark() {
  const cover = /** @type {HTMLElement | null} */ (document.querySelector("#blank"));
  if (room.blank === Boolean(cover) || room.blank === told) return;
  told = room.blank;
  if (cover) cover.click();
  else if (document.querySelector("#lesson")) (await import("../lesson/board.js")).blank(document.querySelector("#lesson").dataset, document.querySelector("cs-step").inside);
  else if (document.querySelector("#blank-on")) (await import("../explorer/projector.js")).blank();
  else covered();
}

/** Where the page itself knows no dark screen: until the next key or click. */
function covered() {
  const cover = Object.assign(document.createElement("div"), { id: "blank" }), stop = new AbortController();
  const show = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    cover.remove();
    stop.abort();
  };
  document.body.append(cover);
  addEventListener("keydown", show, { signal: stop.signal, capture: true });
  cover.addEventListener("click", show, { signal: stop.signal });
}

/** Listens to who makes the screen dark here. */
function watchDark() {
  new MutationObserver(() => {
    const cover = Boolean(document.querySelector("#blank"));
    if (cover === told) return;
    told = cover;
    post("blank", { blank: cover ? "1" : "" }).catch(() => {});
  }).observe(document.body, { childList: true });
}

/** @param {string} sentence over the page; none takes it away */
function notice(sentence) {
  let line = /** @type {HTMLElement | null} */ (document.querySelector("#room-lost"));
  if (!line) {
    line = document.createElement("p");
    line.id = "room-lost";
    line.setAttribute("role", "status");
    document.body.append(line);
  }
  line.textContent = sentence;
}
