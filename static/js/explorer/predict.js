// Predict first, then reveal: a guess is sent and the answer shown in its place, without leaving the page. What is
// right and what is said to a guess, the server knows; here it is asked, shown and said aloud.
//
//     asking ── Enter, Reveal, a choice ──► told ── next place ──► asking

import { question } from "./focus.js";
import { add, say } from "./say.js";

/** @typedef {import("./explorer.js").Explorer} Explorer */

let entered = false; // the question was asked for by key, so that the focus goes to it when it comes
let held = ""; // the answer that has the focus, and keeps it where its question comes anew

/** Where the answer is typed or chosen. @returns {HTMLElement | null} */
const field = () => document.querySelector('input[form="predict"], button[form="predict"], #predict button[name="guess"]');

/** What the key does: to the field, or to the switch that makes one. */
export function guess() {
  if (field()) field().focus();
  else {
    entered = true;
    document.querySelector("a[data-next], [data-predict]")?.click();
  }
}

/** @param {() => Explorer} current */
export function begin(current) {
  const draft = { at: "", text: "" };

  document.addEventListener("submit", async (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target), explorer = current(), typed = field();
    if (form.id === "predict" && typed instanceof HTMLInputElement && !typed.value.trim()) typed.value = "?"; // who says nothing wants to see it
    if (form.id !== "predict" || !explorer?.plate) return; // without a plate the whole page is the answer
    event.preventDefault();
    event.stopPropagation();
    held = "";
    const { at } = explorer, said = String(new FormData(form, event.submitter).get("guess") ?? "").trim();
    explorer.player.pause();
    const answer = await fetch(`${explorer.part("sum", at)}&guess=${encodeURIComponent(said)}`).catch(() => null);
    if (!answer?.ok) {
      form.submit(); // as without scripts
      return;
    }
    if (at !== explorer.at) return; // the window has moved on
    const text = await answer.text();
    draft.at = "";
    explorer.show(at, text);
    const told = !field();
    if (told) {
      explorer.parts.kept.set(at, text); // an answered place stays answered
      explorer.answers.set(at, said);
      address("guess", said);
    }
    say(["#verdict", ".sentence"].slice(0, told ? 2 : 1).map((name) => document.querySelector(name)?.textContent.trim()).join(" "));
    (document.querySelector("a[data-next]") ?? field())?.focus();
  }, { capture: true });

  document.addEventListener("click", (event) => {
    const next = /** @type {Element} */ (event.target).closest("a[data-next]"), explorer = current();
    if (!next || event.ctrlKey || event.metaKey || !explorer?.transport) return;
    event.preventDefault();
    event.stopPropagation();
    entered = true;
    explorer.press("next");
  }, { capture: true });

  // Escape leaves the field and nothing else, so that what is typed in it stays; arrows then move the window.
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.key !== "Escape" || !target.matches('[form="predict"]')) return;
    event.stopPropagation();
    (document.querySelector("cs-transport:not([inert]) #scrub") ?? document.querySelector("#stage")).focus();
  }, { capture: true });

  document.addEventListener("focusin", (event) => {
    const target = /** @type {HTMLButtonElement} */ (event.target), one = target.matches("button") ? `[value="${target.value}"]` : "";
    held = target.matches('[name="guess"]') ? `[name="guess"]${one}` : "";
  });
  document.addEventListener("pointerdown", () => { held = ""; }, { capture: true });

  document.addEventListener("input", (event) => {
    const target = /** @type {HTMLInputElement} */ (event.target);
    if (target.matches('[form="predict"]') && current()) Object.assign(draft, { at: current().at, text: target.value });
  });

  document.addEventListener("cs:shown", (event) => {
    const input = document.querySelector('input[form="predict"]');
    if (input && draft.at === event.detail) input.value = draft.text;
    if (!document.querySelector("[data-lasting]")) address("guess", current().answers.get(event.detail) ?? "");
    arrive();
  });
  document.addEventListener("htmx:after:swap", ask);
  const early = /** @type {HTMLInputElement} */ (document.querySelector('input[form="predict"]')); // may be typed in before this file came
  if (early && early.value !== early.defaultValue) Object.assign(draft, { at: current().at, text: early.value });
  ask();
}

/** Says the question, or what was said to its answer. */
function ask() {
  const said = document.querySelector("#look #verdict") ?? (field() && document.querySelector(".question"));
  if (said) add(said.textContent.trim());
  arrive();
}

/** Goes to the question that was asked for, or that was here before. */
function arrive() {
  if (held && document.activeElement === document.body && document.hasFocus()) document.querySelector(held)?.focus();
  if (!(entered || question.wanted) || !field()) return;
  entered = question.wanted = false;
  field().focus();
}

/** Puts a field into the address without a step of history, or takes it out. @param {string} name @param {string} value */
function address(name, value) {
  const query = new URLSearchParams(location.search);
  if ((query.get(name) ?? "") === value) return;
  const rest = location.search.replace(/^\?/, "").split("&").filter((part) => part && !part.startsWith(`${name}=`));
  if (value) rest.push(`${name}=${encodeURIComponent(value)}`);
  history.replaceState({ ...history.state, htmx: true }, "", `${location.pathname}?${rest.join("&")}`);
}
