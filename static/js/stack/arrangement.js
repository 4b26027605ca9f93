// Where the sheets of a layer lie, in px: as a stack in the proportions of the volume, fanned out, flat in a grid.
import { times, turned } from "./volume.js";

const CAP = 22; // px a cell at most
const LABEL = 24; // px under a map of the grid
const GAP = 14;
const HIT = 44; // px that a finger hits
const SMALLEST = 76; // px of a map in the grid; where more do not fit, it scrolls

/** @typedef {{x: number, y: number, width: number, height: number}} Box
 *  @typedef {import("./volume.js").Point} Point
 *  @typedef {import("./volume.js").Volume} Volume
 *  @typedef {import("./volume.js").Lie & {scale: number, step: number, content: number, start?: number, way?: number,
 *  line?: number, best?: number}} Arrangement where sheets lie, px: a cell is `scale` large, sheets `step` apart, all `content` tall;
 *  a fan begins at `start` and is `way` long, a grid has `best` maps in a `line` */

/** @param {Volume} sheets @param {Box} box @param {{turn: number, most?: number, fixed?: boolean}} held `fixed`: never turned
 *  @returns {Arrangement} */
export function stack({ count, rows, columns }, box, { turn, most = CAP, fixed = false }) {
  const { across, down, depth } = turned(turn), up = -turned(0).depth[1], round = fixed ? columns * across[0] + count * depth[0] : Math.hypot(columns, count);
  const scale = Math.min(most, box.width / round, box.height / (rows * down[1] + round * up)); // the same at every turn
  /** @param {0 | 1} axis */
  const middle = (axis) => (columns * across[axis] + rows * down[axis] + count * depth[axis]) / 2;
  const x = box.x + box.width / 2 - scale * middle(0), y = box.y + box.height / 2 - scale * middle(1);
  return { ...lie(count, (k) => [x + k * scale * depth[0], y + k * scale * depth[1]]), scale, across: times(across, scale), down: times(down, scale), side: times(depth, scale), step: scale, content: 0 };
}

/** `focus` is the share of the way at which it is opened: sheets stand farther apart there.
 *  @param {Volume} sheets @param {Box} box @param {{turn: number, focus?: number}} held @returns {Arrangement} */
export function fan({ count, rows, columns }, box, { turn, focus = 0 }) {
  const { across, down, depth } = turned(turn), scale = Math.min(CAP, (box.height * 0.86) / (rows * down[1] + columns * 0.19), (box.width * 0.42) / columns);
  const wide = columns * across[0] * scale, step = count > 1 ? Math.min((box.width - wide) / (count - 1), wide * 1.1 + 8) : 0;
  const way = step * (count - 1), rise = Math.min(0.16 * way, box.height * 0.1);
  const wanted = Math.min(wide * 0.5, 34), opened = step && step < wanted ? wanted / step - 1 : 0;
  /** @param {number} share */
  const near = (share) => { // magnified around the focus, the ends stay
    const room = share > focus ? 1 - focus : focus, d = room ? Math.abs(share - focus) / room : 0;
    return focus + Math.sign(share - focus) * room * (((opened + 1) * d) / (opened * d + 1));
  };
  const thin = turn > 0 ? Math.min(1, (0.5 * step) / (Math.abs(depth[0]) * scale || 1), 6 / scale) : 0;
  const x = box.x + (box.width - wide - way) / 2, tall = scale * (rows * down[1] + columns * across[1]);
  const y = box.y + (box.height - tall + rise) / 2 + (across[1] < 0 ? -scale * columns * across[1] / 2 : 0);
  /** @param {number} k */
  const at = (k) => near(count > 1 ? k / (count - 1) : 0);
  const found = lie(count, (k) => [x + way * at(k), y - rise * at(k)]);
  return { ...found, scale, across: times(across, scale), down: times(down, scale), side: times(depth, scale * thin), step, content: 0, start: x + wide, way };
}

/** @param {Volume} sheets @param {Box} box @param {{scroll?: number}} held @returns {Arrangement} */
export function grid({ count, rows, columns }, box, { scroll = 0 }) {
  /** @param {number} n in a line */
  const fits = (n) => {
    const lines = Math.ceil(count / n);
    return Math.min(CAP * 2, (box.width - (n - 1) * GAP) / (n * columns), (box.height - lines * LABEL) / (lines * rows));
  };
  const most = Math.min(count, Math.floor((box.width + GAP) / (12 + GAP)));
  let best = 1;
  for (let n = 2; n <= most; n++) if (fits(n) > fits(best)) best = n;
  let scale = fits(best);
  const smallest = rows * columns === 1 ? HIT : SMALLEST;
  if (Math.max(rows, columns) * scale < smallest) {
    scale = smallest / Math.max(rows, columns);
    if (scale > 1) scale = Math.round(scale);
    best = Math.max(1, Math.min(count, Math.floor((box.width + GAP) / (columns * scale + GAP))));
  }
  if (scale >= 1) scale = Math.floor(scale); // every pixel of a map equally large
  const lines = Math.ceil(count / best), across = (box.width - best * columns * scale) / Math.max(1, best - 1);
  const gap = Math.min(across, columns * scale * 0.5 + GAP), content = lines * (rows * scale + LABEL);
  const x = box.x + (box.width - best * columns * scale - (best - 1) * gap) / 2, y = box.y + Math.max(0, (box.height - content) / 2) - scroll;
  const found = lie(count, (k) => [x + (k % best) * (columns * scale + gap), y + Math.floor(k / best) * (rows * scale + LABEL)]);
  return { ...found, scale, across: [scale, 0], down: [0, scale], side: [0, 0], step: 99, content, line: rows * scale + LABEL, best };
}

/** @type {Record<string, (sheets: Volume, box: Box, held: {turn: number, focus?: number, scroll?: number}) => Arrangement>} */
export const ARRANGEMENTS = { stack, fan, grid };

/** Between two ways of lying. @param {Arrangement} a @param {Arrangement} b @param {number} t 0 to 1 @returns {Arrangement} */
export function between(a, b, t) {
  if (t >= 1) return b;
  /** @type {(p: number, q: number) => number} */
  const mix = (p, q) => p + (q - p) * t, both = (p, q) => /** @type {Point} */ ([mix(p[0], q[0]), mix(p[1], q[1])]);
  const found = { ...b, across: both(a.across, b.across), down: both(a.down, b.down), side: both(a.side, b.side), step: mix(Math.min(a.step, 30), Math.min(b.step, 30)) };
  found.xs = Float64Array.from(b.xs, (x, k) => mix(a.xs[k], x));
  found.ys = Float64Array.from(b.ys, (y, k) => mix(a.ys[k], y));
  return found;
}

/** @param {number} count @param {(k: number) => [number, number]} at */
function lie(count, at) {
  const xs = new Float64Array(count), ys = new Float64Array(count);
  for (let k = 0; k < count; k++) [xs[k], ys[k]] = at(k);
  return { xs, ys };
}
