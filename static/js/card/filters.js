// The card's filters at work: fields to type in and to paint over, and maps that follow while one does.
//
// Typing and painting only show what would be (POST /parts/filtered: the newest wins, one request on its way at a time);
// what is set, a field that is left, and every finished stroke, is one edit through the form: one step of the history.
const NUMBER = /^\s*[+−-]?(\d+[.,]?\d*|[.,]\d+)(e[+−-]?\d+)?\s*(\/\s*(\d+[.,]?\d*|[.,]\d+)\s*)?$/i;

let brush = null; // what is painted with; null: as the page says
let together = false; // in all sheets
let stroke = null; // { form, last }: the pointer is down
let wanted = false; // a newer state than the one that is asked for
let asking = false;
let generation = 0; // of the page: an answer for an older one is dropped
const before = new Map(); // the run that an edit made → the address that it was made from
let leaving = null; // { run, address } that an edit starts from
let sending = null; // the edit that is on its way: true, and then what htmx knows it by
let held = null; // what to press once that has arrived

const root = () => document.querySelector(".cols.filters");
/** @returns {HTMLFormElement | null} */
const form = () => document.querySelector("#filter-form");
const cells = () => [.../** @type {Iterable<HTMLInputElement>} */ (form()?.querySelectorAll(".cells input") ?? [])];
let typed = cells().some((cell) => cell.value !== cell.defaultValue); // something not sent yet: here before this file was

/** The card is on the screen, or another state of it. */
export function begin() {
  generation++;
  const { run } = document.querySelector("#app").dataset, here = form();
  if (leaving && leaving.run !== run) {
    before.set(run, leaving.address);
    history.replaceState({ ...history.state, edited: true }, "");
  }
  leaving = null;
  for (const button of document.querySelectorAll("[data-undo]")) button.disabled = !before.has(run);
  if (!here) return;
  const paints = [...here.querySelectorAll("[name=brush]")];
  const chosen = paints.find((paint) => paint.value === brush) ?? paints.find((paint) => paint.defaultChecked);
  if (chosen) chosen.checked = true;
  const all = here.querySelector("[name=together]");
  if (all) all.checked = together;
  here.classList.toggle("painting", !!chosen?.value);
  here.dataset.begun = "";
}

// ---- what it would make

async function follow() {
  wanted = true;
  if (asking) return;
  asking = true;
  try {
    await catchUp();
  } finally {
    asking = false;
  }
}

/** Asks until what is shown is the newest that there is to show. */
async function catchUp() {
  while (wanted) {
    wanted = false;
    const here = form(), now = generation;
    if (!here || cells().some((cell) => cell.type !== "color" && !NUMBER.test(cell.value))) break;
    const answer = await fetch("/parts/filtered", { method: "POST", body: new URLSearchParams(/** @type {any} */ (new FormData(here))) }).catch(() => null);
    if (answer?.status !== 200) continue;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html"), made = page.querySelector("#filter-live");
    await Promise.all([made.dataset.maps, made.dataset.tiles].filter(Boolean).map(ready));
    const old = document.querySelector("#filter-live");
    if (now !== generation || !old) continue;
    for (const name of ["maps", "tiles"]) {
      if (!made.dataset[name]) continue;
      for (const image of document.querySelectorAll(".which image")) if (image.getAttribute("href") === old.dataset[name]) image.setAttribute("href", made.dataset[name]);
    }
    old.replaceWith(document.adoptNode(made));
    document.dispatchEvent(new CustomEvent("cs:filtered"));
  }
}

/** @param {string} address of a picture, which is then there to be drawn at once */
function ready(address) {
  const picture = new Image();
  picture.src = address;
  return picture.decode().catch(() => {});
}

// ---- painting

/** @returns {string} what to paint with, or nothing */
function paint() {
  return form()?.querySelector("[name=brush]:checked")?.value ?? "";
}

/** @param {HTMLInputElement} cell @param {string} value */
function fill(cell, value) {
  const all = form().querySelector("[name=together]")?.checked && cell.name.startsWith("w.");
  const there = all ? cells().filter((other) => other.name.split(".").slice(2).join() === cell.name.split(".").slice(2).join()) : [cell];
  for (const each of there) {
    each.value = value;
    const shade = form().querySelector("[name=brush]:checked + span")?.className.match(/\b(n\d+|z|p\d+)\b/);
    if (shade) each.className = shade[0];
  }
}

function set() {
  form().requestSubmit();
}

/** Takes away what was said of an edit before. */
function hush() {
  document.querySelector("#h-filter")?.replaceChildren();
  document.querySelector("#notice [role=alert]")?.remove();
}

/** Says of each number that it is one, or is none. */
function mark() {
  for (const field of form().querySelectorAll(".cells input:not([type=color]), .biasbox")) field.ariaInvalid = NUMBER.test(field.value) ? null : "true";
}

document.addEventListener("pointerdown", (event) => {
  const cell = /** @type {Element} */ (event.target).closest?.("#filter-form .cells input");
  if (!cell || event.button || !paint()) return;
  event.preventDefault(); // no focus, no picker: it is painted
  hush();
  stroke = { last: null };
  if (cell.hasPointerCapture?.(event.pointerId)) cell.releasePointerCapture(event.pointerId);
  over(event);
});

/** @param {PointerEvent} event */
function over(event) {
  if (!stroke) return;
  /** @type {HTMLInputElement} */
  const cell = document.elementFromPoint(event.clientX, event.clientY)?.closest("#filter-form .cells input");
  if (!cell || cell === stroke.last) return;
  stroke.last = cell;
  fill(cell, paint());
  follow();
}

document.addEventListener("pointermove", (event) => {
  for (const part of event.getCoalescedEvents?.() ?? []) over(part);
  over(event);
});

for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => {
  if (!stroke) return;
  stroke = null;
  set();
});

// A click on a cell that is being painted must not open the browser's picker, nor put a cursor there.
for (const kind of /** @type {const} */ (["mousedown", "click"])) document.addEventListener(kind, (event) => {
  if (event.target.closest?.("#filter-form .cells input") && paint() && event.detail) event.preventDefault();
});

// ---- typing

document.addEventListener("input", (event) => {
  const field = /** @type {HTMLInputElement} */ (event.target);
  if (!field.closest("#filter-form")) return;
  if (field.name === "brush" || field.name === "together") {
    brush = paint();
    together = !!form().querySelector("[name=together]")?.checked;
    form().classList.toggle("painting", !!brush);
  } else if (field.matches(".cells input, .biasbox")) {
    if (field.name.startsWith("w.") && form().querySelector("[name=together]")?.checked) fill(field, field.value);
    typed = field.type !== "color";
    hush();
    follow();
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches?.("#filter-form .cells input[type=color]")) set();
  else if (event.target.matches?.("#filter-form .cells input, #filter-form .biasbox")) setTimeout(() => { if (typed && form()) set(); }); // Enter sends it by itself
});

document.addEventListener("submit", (event) => {
  if (event.target !== form()) return;
  typed = false;
  sending = true;
  mark();
}, { capture: true });

// What leads away from the filter waits until what was typed is set; where it cannot be, one stays.
document.addEventListener("click", (event) => {
  const way = /** @type {Element} */ (event.target).closest?.(".card a[href], [data-undo]");
  if (!way || !form() || !(typed || sending) || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  held = ways().indexOf(way);
  if (typed) set();
}, { capture: true });

const ways = () => [...document.querySelectorAll(".card a[href], [data-undo]")];

document.addEventListener("htmx:finally:request", (event) => {
  if (!sending || event.detail.ctx !== sending) return;
  const next = held;
  sending = held = null;
  if (next !== null && !document.querySelector("#h-filter > *, #notice [role=alert]")) ways()[next]?.click();
});

// Several numbers at once go where they were pasted; the server finds out how many rows, sheets or filters they are.
document.addEventListener("paste", (event) => {
  const field = /** @type {HTMLInputElement} */ (event.target), text = event.clipboardData?.getData("text/plain").trim() ?? "";
  if (!field.matches?.("#filter-form .cells input:not([type=color]), #filter-form .biasbox") || (!/[\s;[]/.test(text) && text.split(",").length < 3)) return;
  event.preventDefault();
  const box = form().querySelector("[name=block]");
  if (!box) return;
  box.value = text;
  form().querySelector("[name=from]").value = field.name;
  typed = false;
  hush();
  set();
});

document.addEventListener("focusin", (event) => {
  const field = /** @type {HTMLInputElement} */ (event.target);
  if (field.matches?.("#filter-form .cells input:not([type=color])")) field.select();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches?.(".kernels input")) return;
  event.preventDefault(); // chooses, as Space does; the button below takes what is chosen
  /** @type {HTMLInputElement} */ (event.target).click();
});

document.addEventListener("keydown", (event) => {
  const cell = /** @type {HTMLInputElement} */ (event.target);
  if (!cell.matches?.("#filter-form .cells input") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === " " && paint()) {
    event.preventDefault();
    fill(cell, paint());
    set();
    return;
  }
  const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] ?? [];
  if (down === undefined) return;
  const inside = cell.type !== "color" && right && cell.selectionEnd - cell.selectionStart < cell.value.length;
  if (inside && (right < 0 ? cell.selectionStart > 0 : cell.selectionEnd < cell.value.length)) return; // within the number
  event.preventDefault();
  neighbour(cell, down, right)?.focus();
});

/** The cell beside one; past the edge of a sheet, that of the next. */
function neighbour(cell, down, right) {
  const row = cell.parentElement, sheets = [...form().querySelectorAll(".cells")], sheet = sheets.indexOf(row.parentElement);
  const rows = [...row.parentElement.querySelectorAll("div")], r = rows.indexOf(row) + down, k = [...row.children].indexOf(cell) + right;
  if (rows[r]?.children[k]) return rows[r].children[k];
  const next = sheets[sheet + (down || right)]?.querySelectorAll("div");
  if (!next) return null;
  return down ? next[down > 0 ? 0 : next.length - 1].children[k] : next[r].children[right > 0 ? 0 : next[r].children.length - 1];
}

// ---- undoing

document.addEventListener("htmx:before:request", (event) => {
  const from = event.detail.ctx?.sourceElement;
  if (!root()) return;
  hush();
  if (sending && from === form()) sending = event.detail.ctx;
  if (from && from === form() && from.querySelector("[name=from]")?.value) for (const name of ["block", "from"]) from.querySelector(`[name=${name}]`).value = ""; // sent once, whatever comes of it
  generation++; // what is still on its way shows less than what now comes
  wanted = false;
  const edit = from?.matches?.(".card form") || from?.closest?.(".card form");
  leaving = edit ? { run: document.querySelector("#app").dataset.run, address: location.pathname + location.search } : null;
});

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-undo]")) return;
  const address = before.get(document.querySelector("#app").dataset.run);
  if (history.state?.edited) history.back();
  else if (address) htmx.ajax("GET", address, { target: "#app", select: "#app", swap: "outerMorph", push: "true" });
});
