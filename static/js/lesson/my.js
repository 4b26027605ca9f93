// A lesson on the desk. What is typed is saved by itself, steps are dragged or moved by the arrows of their grip, and what
// comes back from the server takes its place piece by piece, so that the field at hand and the figure stay.
//
//   typing ─ PAUSE ─► save ─► the list is new, the fields stay       act ─► save first ─► list, fields and figure are new
import { say } from "../explorer/say.js";

const PAUSE = 900; // ms of not typing, after which what was typed is saved
const EDGE = 48; // px from the edge of the list at which it scrolls under a dragged step

let timer = 0;
let unsaved = false;
let chain = Promise.resolve(); // what is on its way, one after the other: each changes what the next is about

const my = () => document.querySelector("#my");
const form = () => /** @type {HTMLFormElement} */ (document.querySelector("#step"));

/** Does something when all that was begun before has come back. @param {() => Promise<void>} act */
function next(act) {
  chain = chain.then(act).catch((/** @type {Error} */ error) => told(error instanceof Gone ? my().dataset.gone : my().dataset.offline));
  return chain;
}

/** @param {string} sentence in place of what was told last */
function told(sentence) {
  const line = document.createElement("p");
  line.className = "wrong";
  line.textContent = sentence;
  document.querySelector("#told").replaceChildren(line);
}

/** The lesson has been deleted. */
class Gone extends Error {}

/** @param {string} address @param {RequestInit} [how] @returns {Promise<{page: Document, ok: boolean, address: string}>} */
async function asked(address, how) {
  const answer = await fetch(address, how);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!page.querySelector("#my")) throw answer.status === 404 ? new Gone() : new Error(answer.statusText);
  return { page, ok: answer.ok, address: answer.url };
}

// ---- what is typed

/** Whether a question of one's own is still being written. */
function halfway() {
  const data = new FormData(form()), choices = [1, 2, 3, 4, 5, 6].filter((number) => data.get(`choice${number}`));
  return data.get("kind") === "own" && !(data.get("ask") && choices.length > 1 && choices.includes(Number(data.get("right"))));
}

/** @param {string} state of what was typed */
function saving(state) {
  document.querySelector("#saving").textContent = state;
}

function changed() {
  unsaved = true;
  clearTimeout(timer);
  saving(my().dataset.unsaved);
  if (!halfway()) timer = setTimeout(() => next(saved), PAUSE);
}

/** Saves what was typed; the fields stay as they are. */
async function saved() {
  clearTimeout(timer);
  if (!unsaved || halfway()) return;
  unsaved = false;
  saving(my().dataset.saving);
  const { page, ok } = await asked(form().action, { method: "POST", body: new FormData(form()) }).catch((error) => {
    unsaved = true;
    saving(my().dataset.unsaved);
    throw error;
  });
  for (const field of form().querySelectorAll('[name="was"], [name="step"]')) field.value = page.querySelector(`#step [name="${field.name}"]`).value;
  document.querySelector("#title [name=step]").value = form().querySelector('[name="step"]').value;
  const list = document.querySelector("#steps"), focus = focused(list);
  swapped(page, { fields: false });
  if (focus) document.querySelector(focus)?.focus();
  if (ok) document.querySelector("#told").replaceChildren();
  if (!unsaved) saving(ok ? my().dataset.saved : my().dataset.unsaved);
}

/** @param {Element} inside @returns {string} a selector of what has the focus there, if anything has */
function focused(inside) {
  const { activeElement } = document;
  if (!inside.contains(activeElement)) return "";
  return `#steps [data-step="${activeElement.closest("li").dataset.step}"] ${activeElement.matches(".grip") ? ".grip" : "a"}`;
}

// ---- what comes back

/** Puts a page that has come in the place of this one; the figure stays where it shows the same already.
 * @param {Document} page @param {{fields: boolean}} how: without its fields, what was typed stays */
function swapped(page, { fields } = { fields: true }) {
  const here = my(), there = page.querySelector("#my");
  here.toggleAttribute("data-picked", there.hasAttribute("data-picked"));
  document.querySelector("#told").replaceChildren(...page.querySelector("#told").childNodes);
  const list = document.querySelector("#steps"), { scrollTop } = list;
  list.replaceWith(page.querySelector("#steps"));
  document.querySelector("#steps").scrollTop = scrollTop;
  const old = document.querySelector(".conflict"), conflict = page.querySelector(".conflict");
  old?.remove();
  if (!fields) {
    if (conflict) form().before(conflict);
    return;
  }
  for (const part of ["#title", ".foot", "#step", ".moves"]) document.querySelector(part).replaceWith(page.querySelector(part));
  if (conflict) form().before(conflict);
  document.title = page.title;
  document.querySelector("#fields").setAttribute("aria-label", page.querySelector("#fields").getAttribute("aria-label"));
  const now = document.querySelector("#see"), then = page.querySelector("#see");
  if (now && then && now.getAttribute("src") !== then.getAttribute("src")) {
    now.setAttribute("title", then.getAttribute("title"));
    now.setAttribute("src", then.getAttribute("src"));
  } else if (!now || !then) {
    const view = ".see, .gone";
    document.querySelector(view).replaceWith(page.querySelector(view));
  }
  unsaved = false;
  current()?.scrollIntoView({ block: "nearest" });
}

const current = () => document.querySelector("#steps [aria-current]");

/** Does what a form says, and shows what comes of it. @param {string} address @param {FormData} data @param {string[]} focus the first of them that is there */
async function acted(address, data, ...focus) {
  const fields = document.querySelector("#fields");
  fields.inert = true; // what was typed meanwhile would be lost
  const { page, address: there } = await asked(address, { method: "POST", body: data }).finally(() => { fields.inert = false; });
  swapped(page);
  history.replaceState(null, "", there.replace(/&told=\w+/, ""));
  focus.map((selector) => document.querySelector(selector)).find((found) => found && !found.disabled)?.focus();
}

/** Shows another step. @param {string} address @param {boolean} push whether one can go back from there */
async function shown(address, push) {
  /** @type {Document} */
  let page;
  do { // what is typed while the other step is on its way goes first
    await saved();
    ({ page } = await asked(address));
  } while (unsaved && !halfway());
  swapped(page);
  if (push) history.pushState(null, "", address);
  const row = /** @type {HTMLElement} */ (current()?.querySelector("a"));
  (row?.offsetParent ? row : document.querySelector("#fields")).focus({ preventScroll: true });
}

// ---- steps that change places

/** @param {Found} row @param {number} to where, from 1 */
function moved(row, to) {
  const from = Number(row.dataset.step), count = document.querySelectorAll("#steps li").length;
  if (to < 1 || to > count || to === from) return Promise.resolve();
  const data = new FormData();
  for (const [name, value] of Object.entries({ op: "to", step: from, was: row.dataset.was, to })) data.append(name, String(value));
  return acted(form().action, data, `#steps [data-step="${to}"] .grip`).then(() => {
    say(my().dataset.moved.replace("{from}", String(from)).replace("{to}", String(to)).replace("{count}", String(count)));
  });
}

/** @param {PointerEvent} event on a grip */
function dragged(event) {
  const grip = /** @type {HTMLElement} */ (event.target).closest(".grip"), row = grip.closest("#steps li"), list = row.parentElement;
  const from = [...list.children].indexOf(row);
  let start = event.clientY + list.scrollTop;
  grip.setPointerCapture(event.pointerId);
  row.classList.add("dragged");
  const move = (/** @type {PointerEvent} */ { clientY }) => {
    const { top, bottom } = list.getBoundingClientRect();
    if (clientY < top + EDGE) list.scrollTop -= 12;
    else if (clientY > bottom - EDGE) list.scrollTop += 12;
    const offset = () => clientY + list.scrollTop - start;
    const other = offset() > 0 ? row.nextElementSibling : row.previousElementSibling;
    if (other && Math.abs(offset()) > other.clientHeight / 2) {
      start += Math.sign(offset()) * other.clientHeight;
      if (other === row.nextElementSibling) other.after(row);
      else other.before(row);
      grip.setPointerCapture(event.pointerId); // which is let go of where an element moves
    }
    row.style.translate = `0 ${offset()}px`;
  };
  const end = () => {
    grip.removeEventListener("pointermove", move);
    row.classList.remove("dragged");
    row.style.translate = "";
    const to = [...list.children].indexOf(row);
    if (to !== from) next(() => saved().then(() => moved(row, to + 1)));
  };
  grip.addEventListener("pointermove", move);
  grip.addEventListener("pointerup", end, { once: true });
  grip.addEventListener("pointercancel", end, { once: true });
}

// ---- listening

document.addEventListener("input", ({ target }) => { if (/** @type {Element} */ (target).closest("#step")) changed(); });
document.addEventListener("change", ({ target }) => { if (/** @type {Element} */ (target).closest("#title")) /** @type {Found} */ (target).form.requestSubmit(); });

document.addEventListener("submit", (event) => {
  const sent = /** @type {HTMLFormElement} */ (event.target), button = /** @type {HTMLButtonElement} */ (event.submitter);
  if (!sent.matches("#step, #title, #undo") || button?.value === "look") { unsaved = false; return; }
  event.preventDefault();
  const act = button?.value ?? "";
  next(async () => {
    if (sent.id !== "step") await saved();
    clearTimeout(timer);
    const fresh = /** @type {HTMLFormElement} */ (document.querySelector(`#${sent.id}`)), data = new FormData(sent.id === "undo" ? undefined : fresh);
    if (act && sent.id === "step") data.set("op", act);
    await acted(sent.action, data, act === "delete" ? "#told .undo" : act ? `#${act}` : "#nothing", act === "earlier" ? "#later" : "#earlier", "#steps [aria-current] a");
  });
});

document.addEventListener("click", (event) => {
  const link = /** @type {HTMLAnchorElement} */ (/** @type {Element} */ (event.target).closest("a[href]"));
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (link.closest("#steps, .up")) {
    event.preventDefault();
    next(() => shown(link.href, true));
  } else if (unsaved) { // what is typed goes first
    event.preventDefault();
    next(saved).then(() => location.assign(link.href));
  }
});

document.addEventListener("keydown", (event) => {
  const grip = /** @type {Element} */ (event.target).closest?.(".grip");
  if (!grip || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  const by = event.key === "ArrowUp" ? -1 : 1;
  next(async () => {
    await saved();
    const row = document.activeElement.closest("#steps li") ?? current();
    await moved(row, Number(row.dataset.step) + by);
  });
});

document.addEventListener("pointerdown", (event) => {
  if (!event.button && /** @type {Element} */ (event.target).closest(".grip")) dragged(event);
});

addEventListener("popstate", () => next(() => shown(location.href, false)));
addEventListener("pagehide", () => { if (unsaved && !halfway()) fetch(form().action, { method: "POST", body: new FormData(form()), keepalive: true }); });
document.documentElement.classList.add("scripted", "ready");
