// The draw pad: the canvas has exactly as many pixels as the input has cells, so that what is drawn is what a filter
// reads; or it is free, and is shrunk like any picture. By mouse, pen, finger and keys.
import { History } from "./history.js";
import { file } from "./tool.js";

const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** @type {import("./tool.js").Tool} */
export function start(section, stop) {
  const given = section.querySelector("form").dataset;
  const canvas = section.querySelector("canvas"), mark = section.querySelector(".cursor"), spoken = section.querySelector("[role=status]");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const chosen = (name) => section.querySelector(`input[name=${name}]:checked`);
  const sides = { cells: [+given.rows, +given.columns], free: [+given.free, +given.free] };
  const base = document.createElement("canvas"); // what the eraser brings back
  let cursor = { row: 0, column: 0 }, last = null;
  const pixels = () => pen.getImageData(0, 0, canvas.width, canvas.height);
  const history = new History(section, () => Object.assign(pixels(), { byteLength: canvas.width * canvas.height * 4 }), (state) => pen.putImageData(state, 0, 0), stop);

  /** Makes the canvas anew with so many cells, and shows what was there. @param {"cells" | "free"} grain */
  function size(grain) {
    const before = document.createElement("canvas"), [rows, columns] = sides[grain];
    before.width = canvas.width;
    before.height = canvas.height;
    before.getContext("2d").drawImage(canvas, 0, 0);
    canvas.width = base.width = columns;
    canvas.height = base.height = rows;
    canvas.parentElement.style.aspectRatio = `${columns} / ${rows}`;
    canvas.parentElement.style.setProperty("--wide", `${columns / rows}`);
    canvas.parentElement.style.setProperty("--columns", `${columns}`);
    canvas.parentElement.style.setProperty("--rows", `${rows}`);
    canvas.parentElement.classList.toggle("ruled", Math.max(rows, columns) <= 40);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(before, 0, 0, columns, rows);
    base.getContext("2d").drawImage(canvas, 0, 0);
    cursor = { row: Math.floor(rows / 2), column: Math.floor(columns / 2) };
    history.forget();
    for (const note of section.querySelectorAll("[data-grain]")) note.hidden = note.dataset.grain !== grain;
  }

  /** Fills the canvas with one colour or a picture, to begin on. @param {string | HTMLImageElement} what */
  function fill(what) {
    pen.fillStyle = /** @type {string} */ (what);
    if (typeof what === "string") pen.fillRect(0, 0, canvas.width, canvas.height);
    else pen.drawImage(what, 0, 0, canvas.width, canvas.height);
    base.getContext("2d").drawImage(canvas, 0, 0);
  }

  /** Puts the pen down on one cell. @param {{ row: number, column: number }} at */
  function dot({ row, column }) {
    const wide = +chosen("pen").value, reach = wide / 2, colour = chosen("paint").value;
    const first = (middle) => middle - Math.floor((wide - 1) / 2);
    for (let r = first(row); r < first(row) + wide; r++) {
      for (let c = first(column); c < first(column) + wide; c++) {
        if (wide > 3 && Math.hypot(r + 0.5 - first(row) - reach, c + 0.5 - first(column) - reach) > reach) continue;
        pen.fillStyle = colour;
        if (colour) pen.fillRect(c, r, 1, 1);
        else if (r >= 0 && c >= 0 && r < canvas.height && c < canvas.width) pen.drawImage(base, c, r, 1, 1, c, r, 1, 1);
      }
    }
  }

  /** Draws from where the pen was to where it is. @param {{ row: number, column: number }} to */
  function line(to) {
    const steps = Math.max(Math.abs(to.row - last.row), Math.abs(to.column - last.column), 1);
    for (let i = 1; i <= steps; i++) {
      dot({ row: Math.round(last.row + ((to.row - last.row) * i) / steps), column: Math.round(last.column + ((to.column - last.column) * i) / steps) });
    }
    last = to;
  }

  /** @param {MouseEvent} event */
  function cell(event) {
    const box = canvas.getBoundingClientRect();
    return { row: Math.floor(((event.clientY - box.top) / box.height) * canvas.height), column: Math.floor(((event.clientX - box.left) / box.width) * canvas.width) };
  }

  function show() {
    const { row, column } = cursor;
    mark.hidden = false;
    mark.style.left = `${(100 * column) / canvas.width}%`;
    mark.style.top = `${(100 * row) / canvas.height}%`;
    const { name } = chosen("paint").dataset;
    spoken.textContent = given.at.replace("{row}", String(row + 1)).replace("{column}", String(column + 1)).replace("{colour}", name);
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    mark.hidden = true;
    canvas.setPointerCapture(event.pointerId);
    history.mark();
    last = cell(event);
    dot(last);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (last) for (const part of event.getCoalescedEvents?.() ?? [event]) line(cell(part));
  });
  for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) canvas.addEventListener(kind, () => { if (last) cursor = last; last = null; });
  canvas.addEventListener("keydown", (event) => {
    const move = MOVES[event.key], within = (at, most) => Math.max(0, Math.min(most - 1, at));
    if (event.ctrlKey || event.metaKey || (!move && event.key !== " ")) return;
    event.preventDefault();
    cursor = { row: within(cursor.row, canvas.height), column: within(cursor.column, canvas.width) };
    if (move) cursor = { row: within(cursor.row + move[0], canvas.height), column: within(cursor.column + move[1], canvas.width) };
    if (!move || event.shiftKey) { history.mark(); dot(cursor); }
    show();
  });
  canvas.addEventListener("blur", () => { mark.hidden = true; });

  const picture = new Image(); // asked for now, so that it is here before anybody draws on it
  if (given.start) picture.src = given.start;
  const ways = {
    white: () => fill("#fff"),
    black: () => fill("#000"),
    present: async () => {
      await picture.decode();
      fill(picture);
    },
  };
  section.addEventListener("click", (event) => {
    const name = event.target.closest("[data-do]")?.dataset.do;
    if (!ways[name]) return;
    history.mark();
    ways[name]();
  });
  section.addEventListener("change", (event) => {
    const target = /** @type {HTMLInputElement} */ (event.target);
    if (target.name === "grain") size(/** @type {"cells" | "free"} */ (target.value));
  });
  size(/** @type {"cells" | "free"} */ (chosen("grain").value));
  fill("#fff");
  return async (data) => {
    for (const name of ["paint", "pen", "grain"]) data.delete(name);
    data.append("file", await file(canvas));
  };
}
