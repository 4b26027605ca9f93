// The tools of the picture menu: each is a page of its own; here it is shown in a dialog over the explorer, or comes to
// life on its page. What it makes is sent as the form says; the answer names the state to go to.

import { dressed } from "../explorer/style.js";

/** @typedef {(section: HTMLElement, stop: AbortSignal) => void | ((data: FormData) => Promise<void | false>)} Tool starts a tool;
 * what it returns puts the picture into what is sent, or says false: there is none yet */

/** @param {HTMLAnchorElement} link @param {(address: string) => void} go */
export async function open(link, go) {
  const address = new URL(link.href), at = new URLSearchParams(location.search).get("at");
  if (at) address.searchParams.set("at", at); // the place may have moved since the link was made
  const summary = link.closest("details")?.querySelector("summary");
  let section = await fetched(address);
  if (!section) { location.assign(address); return; }
  await Promise.all([import(`./${section.dataset.tool}.js`), dressed("picture/tool")]); // the first key pressed is already understood
  const dialog = document.createElement("dialog");
  dialog.className = "picturing";
  dialog.setAttribute("aria-labelledby", "pictool-title");
  dialog.append(section);
  document.body.append(dialog);
  let stop = new AbortController();
  const leave = (to) => { dialog.close(); go(to); };
  dialog.addEventListener("close", () => { stop.abort(); dialog.remove(); summary?.focus(); });
  dialog.addEventListener("click", async (event) => {
    const target = /** @type {Element} */ (event.target), again = target.closest("[data-again]");
    if (target.closest("[data-stay]")) { ask(section, false); return; }
    const way = target.closest("[data-leave]");
    if (!way && !again) return;
    event.preventDefault();
    if (!again) {
      if (way.matches("header a") && lossy(section)) ask(section, true);
      else dialog.close();
      return;
    }
    const next = await fetched(again.href);
    if (!next) return;
    stop.abort();
    stop = new AbortController();
    section.replaceWith(next);
    section = next;
    begin(section, leave, stop.signal);
  });
  // Escape, and the way back of a phone, ask where something would be lost; asked twice they go on with it.
  const stay = (event) => {
    if (!lossy(section)) return;
    event.preventDefault();
    ask(section, section.querySelector(".leaving").matches("[hidden]"));
  };
  dialog.addEventListener("keydown", (event) => { if (event.key === "Escape") stay(event); });
  dialog.addEventListener("cancel", stay);
  const menu = link.closest("details");
  if (menu) menu.open = false;
  dialog.showModal();
  begin(section, leave, stop.signal);
}

/** Whether something was made in a tool that is not used yet. @param {HTMLElement} section */
const lossy = (section) => "made" in section.dataset;

let asked = null; // what had the focus before it was asked

/** Asks whether to leave, or asks no longer. @param {HTMLElement} section @param {boolean} on */
function ask(section, on) {
  const question = section.querySelector(".leaving");
  if (on) asked = document.activeElement;
  question.hidden = !on;
  (on ? question.querySelector("[data-stay]") : asked)?.focus();
}

/** @param {URL | string} address @returns {Promise<HTMLElement | null>} the tool that a page holds */
export async function fetched(address) {
  const answer = await fetch(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const section = page.querySelector(".pictool");
  return section && document.adoptNode(section);
}

/** @param {HTMLElement} section @param {(address: string) => void} go @param {AbortSignal} stop */
async function begin(section, go, stop) {
  const { start } = await import(`./${section.dataset.tool}.js`);
  if (stop.aborted) return;
  const finish = start(section, stop), told = section.querySelector(".told");
  /** @type {HTMLFormElement | null} */
  const form = section.querySelector("form[method=post]");
  section.querySelector("[autofocus]")?.focus();
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (section.ariaBusy === "true") return;
    section.ariaBusy = "true";
    told.textContent = "";
    const data = new FormData(form);
    try {
      if (await finish?.(data) === false) {
        section.ariaBusy = "false";
        return;
      }
      const answer = await fetch(form.action, { method: "POST", body: data, headers: { "HX-Request": "true" } });
      const to = answer.headers.get("HX-Location");
      if (answer.ok && to) { go(to); return; }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      told.textContent = page.querySelector("p")?.textContent ?? answer.statusText;
    } catch {
      told.textContent = section.dataset.offline;
    }
    section.ariaBusy = "false";
  }, { signal: stop });
}

/** @param {HTMLCanvasElement} canvas @returns {Promise<File>} its pixels, bit for bit */
export async function file(canvas) {
  return new File([await new Promise((done) => { canvas.toBlob(done, "image/png"); })], "picture.png", { type: "image/png" });
}

const alone = document.querySelector("body.pictured .pictool");
if (alone) begin(/** @type {HTMLElement} */ (alone), (to) => location.assign(to), new AbortController().signal);
