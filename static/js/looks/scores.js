// Class scores: which part of the picture mattered is computed by the server while somebody waits, a line of progress at
// a time; then each covered place is read by pointer, finger or keys. The numbers are the server's.
import { say } from "../explorer/say.js";
import { numbers } from "../figure/planes.js";

/** @typedef {import("../explorer/explorer.js").Explorer} Explorer */

const coming = { run: "", stop: new AbortController() }; // what is computed, for all classes

const section = () => /** @type {HTMLElement} */ (document.querySelector("#mattered"));

/** Begins what needs no asking, and gives up what nobody looks at any more. @param {() => Explorer} current */
function attend(current) {
  const asking = section()?.querySelector(".asking"), run = current()?.run ?? "";
  if (coming.run && coming.run !== run) giveUp();
  if (asking && ("atOnce" in asking.dataset || coming.run)) compute(current);
}

function giveUp() {
  coming.stop.abort();
  coming.run = "";
}

/** Shows how far it has come. @param {number} done @param {boolean} going */
function show(done, going) {
  const asking = section()?.querySelector(".asking");
  if (!asking) return;
  asking.querySelector(".going").hidden = !going;
  asking.querySelector("a").hidden = going;
  asking.querySelector("progress").value = done;
  asking.querySelector("[data-done]").textContent = String(done);
}

/** Lets the server compute, and shows the look anew when it is there. @param {() => Explorer} current */
async function compute(current) {
  const { run } = current();
  show(0, true);
  if (coming.run === run) return; // for another class, and so for this one
  const stop = new AbortController();
  Object.assign(coming, { run, stop });
  const problem = await follow(`/parts/occlusion/${run}/${section().querySelector(".asking").dataset.index}`, stop.signal);
  if (stop.signal.aborted) return;
  coming.run = "";
  if (problem === null) await bring(current());
  else fail(problem);
}

/** Reads lines of progress to their end. @param {string} address @param {AbortSignal} signal
 *  @returns {Promise<string | null>} why it cannot be computed, which may be unknown; null where it is there */
async function follow(address, signal) {
  try {
    const answer = await fetch(address, { signal });
    if (!answer.ok) return "";
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "", end = "";
    for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        const said = JSON.parse(line);
        if ("problem" in said) return said.problem;
        show(said.done, true);
        end = line;
      }
    }
    return end ? null : "";
  } catch {
    return "";
  }
}

/** @param {string} problem */
function fail(problem) {
  show(0, false);
  const asking = section()?.querySelector(".asking");
  if (!asking) return;
  asking.querySelector("[role=alert]")?.remove();
  const told = document.createElement("span");
  told.role = "alert";
  told.textContent = problem || asking.dataset.problem;
  asking.append(told);
}

/** Takes what has been found out of the look as it is now. @param {Explorer} explorer */
async function bring(explorer) {
  const at = explorer.spot(), answer = await fetch(`${explorer.part("look", at)}&pin=covered`).catch(() => null);
  if (!answer?.ok) { fail(""); return; }
  const look = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (explorer.spot() !== at) { await bring(explorer); return; } // another class meanwhile
  const had = section()?.contains(document.activeElement);
  section()?.replaceWith(document.adoptNode(look.querySelector("#mattered")));
  if (!had) return; // who waited for it goes on with it, and hears where the class falls most
  const field = section().querySelector("input");
  field.focus();
  say(field.ariaValueText);
}

/** The covered place, from 1. */
const covered = () => +section().querySelector("input").value;

/** Covers a place. @param {number} place from 0, in reading order */
function cover(place) {
  const part = section(), { dataset } = part, [rows, columns] = numbers(dataset.places);
  const at = Math.max(0, Math.min(rows * columns - 1, place));
  const [down, across] = numbers(dataset.step), [below, beside] = numbers(dataset.margin);
  const top = Math.floor(at / columns) * down, left = (at % columns) * across;
  part.querySelector("[data-patch]").setAttribute("transform", `translate(${left} ${top})`);
  part.querySelector("[data-cell]").setAttribute("transform", `translate(${left + beside} ${top + below})`);
  const share = dataset.shares.split("|")[at], field = part.querySelector("input");
  part.querySelector("[data-share]").textContent = share;
  part.querySelector("[data-place]").textContent = String(at + 1);
  field.value = String(at + 1);
  field.ariaValueText = field.dataset.text.replace("{place}", String(at + 1)).replace("{share}", share);
}

/** The place under the pointer. @param {PointerEvent} event @param {SVGSVGElement} svg */
function under(event, svg) {
  const { dataset } = section(), [rows, columns] = numbers(dataset.places), m = svg.getScreenCTM();
  const along = (at, margin, step, count) => Math.max(0, Math.min(count - 1, Math.floor((at - margin) / step)));
  const [down, across] = numbers(dataset.step), [below, beside] = numbers(dataset.margin);
  return along((event.clientY - m.f) / m.d, below, down, rows) * columns + along((event.clientX - m.e) / m.a, beside, across, columns);
}

/** @param {() => Explorer} current */
export function begin(current) {
  for (const name of ["pointermove", "pointerdown"]) {
    document.addEventListener(name, (event) => {
      /** @type {any} */
      const svg = event.target.closest?.("#mattered .laid");
      if (svg) cover(under(/** @type {PointerEvent} */ (event), svg));
    });
  }
  document.addEventListener("input", (event) => {
    if (event.target.matches?.("#mattered input")) cover(covered() - 1);
  });
  document.addEventListener("keydown", (event) => {
    const rows = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!rows || !event.target.matches?.("#mattered input")) return;
    event.preventDefault(); // a row up or down, not a place
    cover(covered() - 1 + rows * numbers(section().dataset.places)[1]);
  });
  document.addEventListener("click", (event) => {
    const target = event.target.closest?.("#mattered .asking :is(a, button)");
    if (!target || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (target.matches("a")) {
      compute(current);
      section().querySelector("button").focus();
    } else {
      giveUp();
      show(0, false);
      section().querySelector("a").focus();
    }
  });
  for (const name of ["cs:shown", "htmx:after:swap"]) document.addEventListener(name, () => attend(current));
  attend(current);
}
