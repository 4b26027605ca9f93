// The sheet under Share: fetched for the place at which the window stands. Its form makes the short link, and comes back
// with it.
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
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const made = await fetched(form.action, { method: "POST", body: new FormData(form) }).catch(() => document.querySelector("#app").dataset.offline);
    if (typeof made === "string") told(dialog, made).classList.add("wrong");
    else {
      dialog.replaceChildren(made);
      dialog.querySelector("[autofocus]").focus();
    }
  });
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
