// Cells typed by hand: each field shows its cell's colour; arrow keys go from one to the next, painting sets them, and a
// block that is pasted fills them. What is not taken stays as it was typed, is marked and said, and is not sent.
import { History } from "./history.js";

const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const NUMBER = /^\s*[+−-]?(\d+[.,]?\d*|[.,]\d+)(e[+−-]?\d+)?\s*$/i;

/** @param {number | string} cell @returns {number} what it says; NaN where that is no number */
function value(cell) {
  if (typeof cell === "number") return cell;
  const [above, below = 1, ...more] = cell.split("/").map((part) => (NUMBER.test(part) ? +part.replace(/−/g, "-").replace(",", ".") : NaN));
  return more.length || !below ? NaN : above / below;
}

/** @param {number | string} cell @returns {string} as a small field shows it */
function brief(cell) {
  const exact = String(cell);
  return typeof cell === "string" ? cell : (exact.replace("-", "").length > 4 && !Number.isInteger(cell) ? String(+cell.toFixed(3)) : exact).replace("-", "−");
}

/** @type {import("./tool.js").Tool} */
export function start(section, stop) {
  const table = section.querySelector(".celltable");
  if (!table) return;
  const says = table.dataset, pot = section.querySelector(".paintpot input"), most = section.querySelector("#most"), told = section.querySelector(".told");
  const kind = (name) => section.querySelector(`[name=as][value=${name}]`), sides = ["channels", "rows", "columns"].map((name) => section.querySelector(`[name=${name}]`));
  const chips = section.querySelector(".channels .row"), chip = chips.querySelector("a");
  /** @type {(number | string)[][][]} */
  let cells = JSON.parse(says.cells);
  let fields = [], channel = +says.channel, painting = false, typing = null;
  const history = new History(section, () => Object.assign(structuredClone(cells), { byteLength: 8 * cells.flat(2).length }), (state) => {
    cells = structuredClone(state).slice();
    show();
  }, stop);

  const numbers = () => kind("numbers").checked;
  const rows = () => cells[0].length;
  const columns = () => cells[0][0].length;
  const sheet = (c) => (numbers() || ![1, 3].includes(cells.length) ? says.sheet.replace("{number}", String(c + 1)) : cells.length === 1 ? says.grey : says.colours.split(" ")[c]);
  const named = (c, r, k) => says.cell.replace("{channel}", sheet(c)).replace("{row}", String(r + 1)).replace("{column}", String(k + 1));
  const place = (field) => { const i = fields.indexOf(field); return [Math.floor(i / columns()), i % columns()]; };

  /** @returns {boolean} whether a cell is what it may be */
  function taken(cell) {
    const number = value(cell);
    return numbers() ? Number.isFinite(number) : Number.isInteger(number) && number >= 0 && number < 256;
  }

  /** @returns {[number, number, number] | undefined} the first cell that is not taken */
  function refused() {
    for (const [c, plane] of cells.entries()) for (const [r, row] of plane.entries()) for (const [k, cell] of row.entries()) if (!taken(cell)) return [c, r, k];
    return undefined;
  }

  /** Shows the cells of the channel, in as many fields; and says which is not taken, if one is. */
  function show() {
    channel = Math.min(channel, cells.length - 1);
    if (fields.length !== rows() * columns() || table.children.length !== rows()) {
      table.replaceChildren(...cells[0].map((row) => {
        const line = document.createElement("div");
        line.append(...row.map(() => Object.assign(document.createElement("input"), { autocomplete: "off", inputMode: "decimal" })));
        return line;
      }));
    }
    fields = [...table.querySelectorAll("input")];
    const extent = numbers() ? Math.max(...cells.flat(2).map((cell) => Math.abs(value(cell)) || 0)) : 0, picture = !numbers() && [1, 3].includes(cells.length);
    fields.forEach((field, i) => {
      const [r, k] = [Math.floor(i / columns()), i % columns()], own = cells[channel][r][k], levels = cells.map((plane) => plane[r][k]);
      const [red, green, blue] = levels.length === 3 ? levels.map(value) : Array(3).fill(value(levels[0]));
      const seen = picture && levels.every(taken);
      field.style.background = seen ? `rgb(${red} ${green} ${blue})` : "";
      field.style.color = seen ? (red * 0.299 + green * 0.587 + blue * 0.114 > 117 ? "black" : "white") : "";
      const step = extent ? Math.round(10 * (Math.abs(value(own)) / extent) ** 0.8) : 0;
      field.className = numbers() ? (step ? `${value(own) > 0 ? "p" : "n"}${step}` : "z") : "";
      if (field.value !== brief(own)) field.value = brief(own);
      field.name = `p.${channel}.${r}.${k}`;
      field.ariaLabel = named(channel, r, k);
      field.ariaInvalid = taken(own) ? null : "true";
    });
    [cells.length, rows(), columns()].forEach((length, i) => { sides[i].value = String(length); });
    chips.replaceChildren(...cells.map((_, c) => {
      const here = /** @type {HTMLAnchorElement} */ (chip.cloneNode());
      here.dataset.channel = String(c);
      here.textContent = picture ? sheet(c) : String(c + 1);
      here.ariaCurrent = c === channel ? "true" : null;
      return here;
    }));
    chips.parentElement.hidden = cells.length === 1;
    for (const each of section.querySelectorAll(".pixels")) each.hidden = numbers();
    section.querySelector("[data-numbers]").hidden = !numbers();
    const wrong = refused();
    const text = wrong && (numbers() ? says.number : says.level).replace("{given}", `“${brief(cells[wrong[0]][wrong[1]][wrong[2]])}”`).replace("{cell}", named(...wrong));
    most.textContent = !numbers() && ![1, 3].includes(cells.length) ? says.channels : text ?? "";
  }

  /** Gives a cell the colour of the paint. @param {EventTarget | null} field */
  function paint(field) {
    if (numbers() || !fields.includes(/** @type {HTMLInputElement} */ (field))) return;
    const [r, k] = place(field), grey = pot.type !== "color";
    const levels = grey ? Array(cells.length).fill(+pot.value) : [1, 3, 5].map((at) => parseInt(pot.value.slice(at, at + 2), 16));
    cells.forEach((plane, c) => { plane[r][k] = levels[c] ?? levels[0]; });
    show();
  }

  /** Cuts the cells at the bottom and right, or adds zeros there. @param {number[]} to channels, rows and columns */
  function resize(to) {
    history.mark();
    cells = Array.from({ length: to[0] }, (_c, c) => Array.from({ length: to[1] }, (_r, r) => Array.from({ length: to[2] }, (_k, k) => cells[c]?.[r]?.[k] ?? 0)));
    show();
  }

  /** Puts a block where it was pasted, or, with no field, in the place of all. @param {string} text @param {number} at */
  async function fill(text, at) {
    const body = new URLSearchParams({ block: text });
    if (at < 0) sides.forEach((side) => body.set(side.name, side.value));
    told.textContent = "";
    const answer = await fetch("/picture/block", { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) {
      const page = answer && new DOMParser().parseFromString(await answer.text(), "text/html");
      told.textContent = page?.querySelector("p")?.textContent ?? section.dataset.offline;
      return;
    }
    /** @type {number[][][]} */
    const block = await answer.json();
    const high = block[0].length, wide = block[0][0].length, [top, left] = at < 0 ? [0, 0] : [Math.floor(at / columns()), at % columns()];
    if (block.length > 1 || at < 0) {
      history.mark();
      cells = block;
      channel = 0;
    } else if (top + high <= rows() && left + wide <= columns()) {
      history.mark();
      block[0].forEach((row, r) => row.forEach((cell, k) => { cells[channel][top + r][left + k] = cell; }));
    } else if (!at) {
      resize([cells.length, high, wide]);
      cells[channel] = block[0];
    } else told.textContent = says.apart.replace("{size}", `${high} × ${wide}`).replace("{cell}", named(channel, top, left));
    show();
  }

  table.addEventListener("pointerdown", (event) => {
    if (numbers() || section.querySelector("input[name=way]:checked").value !== "paint") return;
    event.preventDefault();
    history.mark();
    painting = true;
    paint(event.target);
  });
  addEventListener("pointermove", (event) => { if (painting) paint(document.elementFromPoint(event.clientX, event.clientY)); }, { signal: stop });
  for (const name of ["pointerup", "pointercancel"]) addEventListener(name, () => { painting = false; }, { signal: stop });
  table.addEventListener("focusin", (event) => { typing = null; /** @type {HTMLInputElement} */ (event.target).select(); });
  table.addEventListener("input", (event) => {
    const field = /** @type {HTMLInputElement} */ (event.target), [r, k] = place(field);
    if (typing !== field) history.mark();
    typing = field;
    cells[channel][r][k] = field.value;
    show();
  });
  table.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain").trim() ?? "";
    if (!/[\s;[]/.test(text) && text.split(",").length < 3) return; // one number: the field takes it
    event.preventDefault();
    fill(text, fields.indexOf(/** @type {HTMLInputElement} */ (event.target)));
  });
  table.addEventListener("keydown", (event) => {
    const move = MOVES[event.key], i = fields.indexOf(/** @type {HTMLInputElement} */ (event.target));
    if (event.key === "Enter") {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) { history.mark(); paint(event.target); } else fields[i + columns()]?.focus();
    }
    if (!move || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const row = Math.floor(i / columns()) + move[0], column = (i % columns()) + move[1];
    if (row >= 0 && row < rows() && column >= 0 && column < columns()) fields[row * columns() + column].focus();
  });
  section.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target), to = target.closest("a[data-channel]"), box = section.querySelector(".paste textarea");
    if (target.closest("[data-do=paste]")) fill(box.value, -1);
    if (!to) return;
    event.preventDefault();
    channel = +to.dataset.channel;
    show();
  });
  section.addEventListener("change", (event) => {
    const target = /** @type {HTMLInputElement} */ (event.target);
    if (target.name === "way") table.classList.toggle("painting", target.value === "paint");
    if (target.name === "as") show();
    if (!target.closest(".sides")) return;
    const lengths = sides.map((side) => (/^\d+$/.test(side.value) && +side.value > 0 && +side.value <= +says.most ? +side.value : 0));
    if (lengths.every(Boolean)) resize(lengths);
    else { show(); most.textContent = says.side; }
  });
  pot.addEventListener("input", () => { const out = section.querySelector("output"); if (out) out.value = pot.value; });
  show();
  return async (data) => {
    const wrong = refused();
    if (wrong) {
      channel = wrong[0];
      show();
      fields[wrong[1] * columns() + wrong[2]].focus();
    }
    if (most.textContent) return false;
    for (const name of [...data.keys()]) if (name.startsWith("p.") || name === "way") data.delete(name);
    data.set("block", JSON.stringify(cells.map((plane) => plane.map((row) => row.map(value)))));
    return undefined;
  };
}
