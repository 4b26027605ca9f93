// Cells typed by hand: each field shows its cell's colour; arrow keys go from one to the next, and painting sets them.
import { History } from "./history.js";

const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** @type {import("./tool.js").Tool} */
export function start(section, stop) {
  const table = section.querySelector(".celltable");
  if (!table) return;
  const pixels = JSON.parse(table.dataset.pixels), rows = pixels[0].length, columns = pixels[0][0].length;
  const fields = [...table.querySelectorAll("input")], changed = new Set(), pot = section.querySelector(".paintpot input"), most = section.querySelector("#most");
  const names = [...section.querySelectorAll("[data-name]")].map((each) => each.dataset.name);
  let channel = +table.dataset.channel, painting = false, typing = null;
  const history = new History(section, () => {
    const state = structuredClone(pixels);
    return Object.assign(state, { byteLength: 8 * rows * columns * pixels.length });
  }, (state) => {
    state.forEach((sheet, c) => sheet.forEach((row, r) => row.forEach((level, k) => set(c, r, k, level))));
    show();
  }, stop);

  function set(c, r, k, level) {
    if (pixels[c][r][k] !== level) changed.add(`${c}.${r}.${k}`);
    pixels[c][r][k] = level;
  }

  function show() {
    fields.forEach((field, i) => {
      const r = Math.floor(i / columns), k = i % columns, levels = pixels.map((sheet) => sheet[r][k]);
      const [red, green, blue] = levels.length === 1 ? [levels[0], levels[0], levels[0]] : levels;
      field.style.background = `rgb(${red} ${green} ${blue})`;
      field.style.color = red * 0.299 + green * 0.587 + blue * 0.114 > 117 ? "black" : "white";
      field.value = levels[channel];
      field.name = `p.${channel}.${r}.${k}`;
      field.ariaLabel = table.dataset.cell.replace("{channel}", names[channel]).replace("{row}", String(r + 1)).replace("{column}", String(k + 1));
    });
    for (const chip of section.querySelectorAll("a[data-channel]")) chip.ariaCurrent = +chip.dataset.channel === channel ? "true" : null;
  }

  /** Gives a cell the colour of the paint. @param {EventTarget | null} field */
  function paint(field) {
    const i = fields.indexOf(/** @type {HTMLInputElement} */ (field));
    if (i < 0) return;
    const levels = pot.type === "color" ? [1, 3, 5].map((at) => parseInt(pot.value.slice(at, at + 2), 16)) : [+pot.value];
    levels.forEach((level, c) => set(c, Math.floor(i / columns), i % columns, level));
    show();
  }

  table.addEventListener("pointerdown", (event) => {
    if (section.querySelector("input[name=way]:checked").value !== "paint") return;
    event.preventDefault();
    history.mark();
    painting = true;
    paint(event.target);
  });
  addEventListener("pointermove", (event) => { if (painting) paint(document.elementFromPoint(event.clientX, event.clientY)); }, { signal: stop });
  for (const kind of ["pointerup", "pointercancel"]) addEventListener(kind, () => { painting = false; }, { signal: stop });
  table.addEventListener("focusin", (event) => { typing = null; /** @type {HTMLInputElement} */ (event.target).select(); });
  table.addEventListener("input", (event) => {
    const field = /** @type {HTMLInputElement} */ (event.target), [, c, r, k] = field.name.split(".").map(Number), level = +field.value;
    const fits = /^\d{1,3}$/.test(field.value) && level <= 255;
    field.ariaInvalid = fits ? null : "true";
    most.textContent = level > 255 ? most.dataset.says : "";
    if (!fits) return;
    if (typing !== field) history.mark();
    typing = field;
    set(c, r, k, level);
    const text = field.value;
    show();
    field.value = text;
  });
  table.addEventListener("keydown", (event) => {
    const move = MOVES[event.key], i = fields.indexOf(/** @type {HTMLInputElement} */ (event.target));
    if (event.key === "Enter") {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) { history.mark(); paint(event.target); } else fields[i + columns]?.focus();
    }
    if (!move || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const row = Math.floor(i / columns) + move[0], column = (i % columns) + move[1];
    if (row >= 0 && row < rows && column >= 0 && column < columns) fields[row * columns + column].focus();
  });
  table.addEventListener("focusout", (event) => {
    const target = /** @type {HTMLInputElement} */ (event.target);
    if (!target.ariaInvalid) return;
    target.ariaInvalid = null;
    const [, c, r, k] = target.name.split(".").map(Number);
    if (/^\d+$/.test(target.value)) set(c, r, k, 255); // a number too large is as bright as can be; what is none counts for nothing
    show();
  });
  section.addEventListener("click", (event) => {
    const chip = event.target.closest("a[data-channel]");
    if (!chip) return;
    event.preventDefault();
    channel = +chip.dataset.channel;
    show();
  });
  section.addEventListener("change", (event) => {
    const target = /** @type {HTMLInputElement} */ (event.target);
    if (target.name === "way") table.classList.toggle("painting", target.value === "paint");
  });
  pot.addEventListener("input", () => { const out = section.querySelector("output"); if (out) out.value = pot.value; });
  show();
  return async (data) => {
    for (const name of [...data.keys()]) if (name.startsWith("p.") || name === "way") data.delete(name);
    for (const at of changed) {
      const [c, r, k] = at.split(".").map(Number);
      data.append(`p.${at}`, pixels[c][r][k]);
    }
  };
}
