// Geometry of a drawing: a plane is an affine map [a, b, c, d, e, f] from cells (column, row) to the drawing's units.

/** @typedef {{top: number, bottom: number, left: number, right: number}} Rectangle cells, half-open */

/** @param {string} text */
export const numbers = (text) => text.trim().split(/\s+/).map(Number);

/** @param {number[]} m @param {number} column @param {number} row */
export const at = (m, column, row) => [m[4] + column * m[0] + row * m[2], m[5] + column * m[1] + row * m[3]];

/** The corners of a rectangle, from the top left clockwise. @param {number[]} m @param {Rectangle} r */
export const corners = (m, r) => [at(m, r.left, r.top), at(m, r.right, r.top), at(m, r.right, r.bottom), at(m, r.left, r.bottom)];

/** @param {number[][]} points */
export const path = (points, close = true) =>
  "M" + points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L") + (close ? "Z" : "");

/** The cell (column, row) at a point of the drawing. @param {number[]} m @param {number} x @param {number} y */
export function cellAt(m, x, y) {
  const [a, b, c, d, e, f] = m, det = a * d - b * c;
  return [(d * (x - e) - c * (y - f)) / det, (a * (y - f) - b * (x - e)) / det];
}
