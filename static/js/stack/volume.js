// A volume of sheets on a canvas, in the parallel projection of app/rendering/plane.py turned about the upright axis.
// Sheets are tiles of pictures that the server made. All that is drawn in one call has one direction, so a sheet hides of
// the next the same shape moved: only the strips that are left are painted, however many sheets there are.

import { filterOf } from "./signs.js";

const UP = 0.1908, UPRIGHT = 0.982; // sine and cosine of the height that everything is seen from: 11°

/** @typedef {[number, number]} Point
 *  @typedef {{count: number, rows: number, columns: number}} Volume
 *  @typedef {Volume & Pick<Sheets, "tile" | "filter">} Tiles what can be painted
 *  @typedef {{across: Point, down: Point, side: Point, xs: ArrayLike<number>, ys: ArrayLike<number>}} Lie where sheets lie, px; `side` is the thickness
 *  @typedef {{ratio: number, width: number, height: number, lit: string, shade: string, edge: string, size: number, font: string}} Pen
 *  how things are drawn: the canvas and its screen, veils, edges and letters */

/** One cell along each axis of a volume, turned by `degrees`.
 *  @param {number} degrees @returns {{across: Point, down: Point, depth: Point}} */
export function turned(degrees) {
  const angle = (degrees * Math.PI) / 180, cos = Math.cos(angle), sin = Math.sin(angle);
  return { across: [cos, sin * UP], down: [0, UPRIGHT], depth: [sin, -cos * UP] };
}

/** @param {Point} p @param {number} by @returns {Point} */
export const times = ([x, y], by) => [x * by, y * by];

/** Corners of a sheet from the top left clockwise.
 *  @param {number} x @param {number} y @param {Point} across @param {Point} down @param {number} columns @param {number} rows
 *  @returns {[Point, Point, Point, Point]} */
export function quad(x, y, across, down, columns, rows) {
  const [ax, ay] = times(across, columns), [dx, dy] = times(down, rows);
  return [[x, y], [x + ax, y + ay], [x + ax + dx, y + ay + dy], [x + dx, y + dy]];
}

/** The pictures of a volume's sheets. */
export class Sheets {
  /** @param {Volume & {across: number, gap: number, alone?: boolean}} told how they lie in the pictures: so many a row, so far
   *  apart; `alone`: only those of one filter are there
   *  @param {string[]} hrefs */
  constructor(told, hrefs) {
    this.count = told.count;
    this.rows = told.rows;
    this.columns = told.columns;
    this.across = told.across;
    this.gap = told.gap;
    this.alone = told.alone;
    this.hrefs = hrefs;
    /** @type {ImageBitmap[]} */
    this.bitmaps = [];
    this.filter = "none"; // of the pen that paints them
  }

  async load() {
    [this.filter, ...this.bitmaps] = await Promise.all([filterOf(this.hrefs[0]), ...this.hrefs.map(bitmap)]);
    return this;
  }

  /** The picture that holds a sheet, and its first pixel there. @param {number} index @returns {[ImageBitmap, number, number]} */
  tile(index) {
    if (this.bitmaps.length > 1) return [this.bitmaps[index], 0, 0];
    const row = Math.floor(index / this.across), column = index % this.across;
    return [this.bitmaps[0], column * (this.columns + this.gap), row * (this.rows + this.gap)];
  }
}

/** @type {Map<string, Promise<ImageBitmap>>} */
const kept = new Map();

/** @param {string} href */
export function bitmap(href) {
  if (!kept.has(href)) {
    if (kept.size > 24) kept.delete(kept.keys().next().value);
    const image = new Image();
    image.src = href;
    kept.set(href, image.decode().then(() => createImageBitmap(image)));
    kept.get(href).catch(() => kept.delete(href));
  }
  return kept.get(href);
}

/**
 * Paints sheets from the last to the first, which lies in front.
 * @param {CanvasRenderingContext2D} pen
 * @param {Tiles} sheets
 * @param {Lie} lie
 * @param {Pen & {first?: number, last?: number, without?: number}} how some of the sheets, or all but one
 */
export function paint(pen, sheets, lie, how) {
  const { ratio, width, height, first = 0, last = sheets.count, without = -1 } = how;
  const { columns, rows } = sheets, { across, down, side, xs, ys } = lie;
  const [ax, ay] = across, [bx, by] = down, [sx, sy] = side, det = ax * by - ay * bx;
  const wide = columns * Math.abs(ax) + rows * Math.abs(bx) + Math.abs(sx), tall = rows * by + columns * Math.abs(ay) + Math.abs(sy);
  const sided = Math.abs(sx) + Math.abs(sy) > 0.3, under = [0.8 / ax, 0.8 / by];
  const seam = [Math.sign(sx) * 0.6, -0.6];
  pen.imageSmoothingEnabled = false;
  for (let k = last - 1; k >= first; k--) {
    const x = xs[k], y = ys[k];
    if (k === without || x > width + wide || x < -2 * wide || y > height + tall || y < -2 * tall) continue;
    const [image, left, top] = sheets.tile(k);
    if (!image) return;
    /** @param {number[]} m */
    const at = (m) => pen.setTransform(ratio * m[0], ratio * m[1], ratio * m[2], ratio * m[3], ratio * m[4], ratio * m[5]);
    pen.filter = sheets.filter;
    if (sided) {
      const [ex, ey] = [sx + seam[0], sy + seam[1]];
      at([ax, ay, ex, ey, x, y]); // the top: its first row
      pen.drawImage(image, left, top, columns, 1, 0, 0, columns, 1);
      pen.fillStyle = how.lit;
      pen.fillRect(0, 0, columns, 1);
      const far = sx > 0 ? columns : 0;
      at([ex, ey, bx, by, x + far * ax, y + far * ay]); // the side that is seen: its last or first column
      pen.drawImage(image, left + (sx > 0 ? columns - 1 : 0), top, 1, rows, 0, 0, 1, rows);
      pen.fillStyle = how.shade;
      pen.fillRect(0, 0, 1, rows);
    }
    let strips = [[0, 0, columns, rows]];
    const front = k - 1 === without ? k - 2 : k - 1;
    if (front >= first) {
      const dx = x - xs[front], dy = y - ys[front], u = (dx * by - dy * bx) / det, v = (ax * dy - ay * dx) / det;
      if (Math.abs(u) < columns && Math.abs(v) < rows) {
        const l = Math.max(0, -u), r = Math.min(columns, columns - u), t = Math.max(0, -v), b = Math.min(rows, rows - v);
        strips = [];
        if (t > 0) strips.push([0, 0, columns, Math.min(rows, t + under[1])]);
        if (b < rows) strips.push([0, Math.max(0, b - under[1]), columns, rows]);
        if (l > 0) strips.push([0, t, Math.min(columns, l + under[0]), b]);
        if (r < columns) strips.push([Math.max(0, r - under[0]), t, columns, b]);
      }
    }
    at([ax, ay, bx, by, x, y]);
    for (const [l, t, r, b] of strips) if (r > l && b > t) pen.drawImage(image, left + l, top + t, r - l, b - t, l, t, r - l, b - t);
    pen.filter = "none";
    if (how.edge) {
      at([1, 0, 0, 1, 0, 0]);
      outline(pen, quad(x, y, across, down, columns, rows), how.edge, 1);
    }
  }
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
}

/** @param {CanvasRenderingContext2D} pen @param {Point[]} points @param {string} colour @param {number} width @param {number[]} dash */
export function outline(pen, points, colour, width, dash = []) {
  trace(pen, points);
  pen.setLineDash(dash);
  pen.lineWidth = width;
  pen.strokeStyle = colour;
  pen.stroke();
  pen.setLineDash([]);
}

/** Light between two rectangles: its faces tinted, its edges drawn.
 *  @param {CanvasRenderingContext2D} pen @param {Point[]} near @param {Point[]} far @param {string} colour */
export function rays(pen, near, far, colour) {
  pen.fillStyle = colour;
  pen.globalAlpha = 0.09;
  for (let i = 0; i < 4; i++) {
    trace(pen, [near[i], near[(i + 1) % 4], far[(i + 1) % 4], far[i]]);
    pen.fill();
  }
  pen.globalAlpha = 1;
  near.forEach((point, i) => outline(pen, [point, far[i]], colour, 1.3));
}

/** @param {CanvasRenderingContext2D} pen @param {Point[]} points */
function trace(pen, points) {
  pen.beginPath();
  points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
}
