// The sheet under Share: fetched for the place at which the window stands. Its form makes the short link, and comes back
// with it.
import { say } from "./say.js";
import { fetched, opened } from "./sheet.js";

/** @param {HTMLAnchorElement} link to the sheet's own page @returns {Promise<void>} rejects where the server does not answer */
export async function open(link) {
  const dialog = await opened(link, "sheet", "explorer/share");
  dialog?.addEventListener("click", async (event) => {
    const target = /** @type {Element} */ (event.target), copy = /** @type {HTMLElement} */ (target.closest("[data-copy]"));
    if (copy) await copied(copy);
    if (!target.closest("[data-leave]")) return;
    event.preventDefault();
    dialog.close();
  });
  dialog?.addEventListener("submit", async (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target), { pathname } = new URL(form.action);
    if (pathname === "/room") return; // its door is a page
    event.preventDefault();
    if (pathname.startsWith("/lesson/")) {
      const part = await sent(form, event.submitter);
      if (typeof part === "string") told(dialog, part).classList.add("wrong");
      else lay(form, part);
      return;
    }
    const made = await fetched(form.action, { method: "POST", body: new FormData(form) }).catch(() => document.querySelector("#app").dataset.offline);
    if (typeof made === "string") told(dialog, made).classList.add("wrong");
    else {
      dialog.replaceChildren(made);
      dialog.querySelector("[autofocus]").focus();
    }
  });
}

// ---- into a lesson of one's own

/** Adds the view to the last lesson of one's own at once; what was added is said, and can be taken out again. */
export async function add() {
  const body = new URLSearchParams({ address: location.pathname + location.search });
  const part = await asked("/lesson/add", body);
  if (typeof part === "string") notice(part);
  else notice(part.querySelector("h2").textContent, part.querySelector("form"));
}

/** Says what was added in the row of the sheet that its form stood in. @param {HTMLFormElement} form @param {HTMLElement} part */
function lay(form, part) {
  const old = form.closest(".added"), row = form.closest(".way");
  if (old) old.replaceWith(part);
  else row.replaceChildren(part);
  part.querySelector("[autofocus]")?.focus();
  const line = part.querySelector("[role=status]")?.textContent;
  say(line || part.querySelector("h2").textContent);
}

/** @param {HTMLFormElement} form of a lesson @param {HTMLElement | null} button that was pressed */
function sent(form, button) {
  return asked(form.action, new URLSearchParams(/** @type {any} */ (new FormData(form, button))));
}

/** @param {string} address @param {URLSearchParams} body @returns {Promise<HTMLElement | string>} what was added, or why it was not */
async function asked(address, body) {
  const answer = await fetch(address, { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer) return document.querySelector("#app").dataset.offline;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html"), part = page.querySelector("section.added");
  return part ? document.adoptNode(/** @type {HTMLElement} */ (part)) : page.querySelector("p")?.textContent ?? answer.statusText;
}

/** Shows over the stage what has been done. @param {string} sentence @param {HTMLFormElement} [undo] takes it back */
function notice(sentence, undo) {
  const shape = /** @type {DocumentFragment} */ (document.querySelector("#notice-shape").content.cloneNode(true));
  const line = shape.querySelector("p"), back = shape.querySelector("[data-back]");
  line.textContent = sentence;
  shape.querySelector(".notice").removeAttribute("role"); // it is said by `say`
  back.removeAttribute("data-back"); // which is a step in the history
  if (!undo) back.remove();
  back.addEventListener("click", async () => {
    const part = await sent(undo, undo.querySelector("button"));
    notice(typeof part === "string" ? part : part.querySelector("h2").textContent);
  });
  document.querySelector("#notice").replaceChildren(shape);
  say(sentence);
}

/** @param {HTMLElement} button beside the field whose text it copies */
async function copied(button) {
  const field = /** @type {HTMLInputElement} */ (button.previousElementSibling);
  field.select(); // plain http has no clipboard; there the old way copies what is selected
  await (navigator.clipboard?.writeText(field.value) ?? Promise.reject()).catch(() => document.execCommand("copy"));
  button.textContent = button.dataset.done;
  told(button.closest("dialog"), button.dataset.done);
}

/** @param {Element} dialog @param {string} sentence */
function told(dialog, sentence) {
  const line = dialog.querySelector(".told");
  line.textContent = sentence;
  line.classList.remove("wrong");
  return line;
}
