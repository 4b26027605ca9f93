// The picture under its veil: which pixel and which cell of the map lies where, the cursor of the keyboard, what lies over.
import { numbers } from "../figure/planes.js";

/** @typedef {[number, number]} Pair row and column of a cell; of pixels x and y */

export const board = () => document.querySelector("#board");

/** The pixel of the picture under a pointer. @param {MouseEvent} event @returns {Pair} */
export function pixel(event) {
  const m = board().querySelector("svg").getScreenCTM();
  return [(event.clientX - m.e) / m.a, (event.clientY - m.f) / m.d];
}

/** Where the map lies on the picture, and a cell of it: its sides. */
function cells() {
  const { mapBox, cells: counts } = board().dataset, [x, y, width, height] = numbers(mapBox), [rows, columns] = numbers(counts);
  return { x, y, rows, columns, wide: width / columns, high: height / rows };
}

/** The nearest cell of the map. @param {Pair} cell @returns {Pair} */
function within([row, column]) {
  const { rows, columns } = cells(), clamp = (at, count) => Math.max(0, Math.min(count - 1, at));
  return [clamp(row, rows), clamp(column, columns)];
}

/** The cell at a pixel. @param {Pair} pixel @returns {Pair} */
export function cellAt([x, y]) {
  const map = cells();
  return within([Math.floor((y - map.y) / map.high), Math.floor((x - map.x) / map.wide)]);
}

/** The pixel in the middle of a cell. @param {Pair} cell @returns {Pair} */
export function middle([row, column]) {
  const { x, y, wide, high } = cells();
  return [x + (column + 0.5) * wide, y + (row + 0.5) * high];
}

/** Puts the cursor on the nearest cell. @param {Pair} cell @param {boolean} seen @returns {Pair} where it is then */
export function point(cell, seen) {
  const { x, y, wide, high } = cells(), [row, column] = within(cell), mark = board().querySelector(".cursor");
  for (const path of mark.querySelectorAll("path")) path.setAttribute("d", `M${x + column * wide} ${y + row * high}h${wide}v${high}h${-wide}z`);
  mark.toggleAttribute("hidden", !seen);
  return [row, column];
}

/** Draws the picture of the run, pixel by pixel. @param {HTMLCanvasElement} canvas */
export async function photograph(canvas) {
  const image = new Image();
  image.src = board().querySelector("[data-photo]").getAttribute("href");
  await image.decode().catch(() => {});
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** Shows a frame of the camera in place of the picture. @param {HTMLCanvasElement | null} canvas null: the picture */
export function lay(canvas) {
  const frame = board().querySelector("[data-frame]");
  frame.hidden = !canvas;
  if (canvas) frame.getContext("2d").drawImage(canvas, 0, 0);
}

/** Draws what is painted over the picture, with an edge. @param {import("./paint.js").Paint} paint */
export function cover(paint) {
  const canvas = board().querySelector("[data-over]"), pen = canvas.getContext("2d"), scale = canvas.width / paint.width;
  const token = (name) => getComputedStyle(canvas).getPropertyValue(name);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  paint.draw(pen, scale, token("--halo"), 4);
  paint.draw(pen, scale, token("--ink"), 2);
  paint.draw(pen, scale, paint.colour);
}
