// The light of the network view: what it fills between the sheets, and how far it has come.
import { AY, DY, wide } from "./scene.js";

const STEPS = 24, THICK = 10; // of an arc, and px that it is wide at most

/** @typedef {import("./scene.js").Light} Light
 *  @typedef {import("./scene.js").Line} Line
 *  @typedef {import("./scene.js").Knot} Knot
 *  @typedef {import("./scene.js").Scene} Scene
 *  @typedef {import("./scene.js").Sheet} Sheet */

/** Light of the same width on both sides of an axis. @param {[number, number][]} points @param {number} axis @returns {Light} */
export function band(points, axis) {
  const top = points.map(([x, half]) => [x, axis - half]), bottom = points.map(([x, half]) => [x, axis + half]);
  return { role: "window", points: [...top, ...bottom.slice().reverse()], edges: [top, bottom], alpha: 0.1 };
}

/** Light past what stands between two places: an arc that rises `over` from its ends, to the right or, with `fall`, down.
 *  @param {[number, number]} from @param {[number, number]} to @param {number} over px @param {boolean} [fall] @returns {Light} */
export function arc([x, y], [right, low], over, fall) {
  const edge = (high) => Array.from({ length: STEPS + 1 }, (_, k) => k / STEPS).map((t) => {
    const rise = high * (1 - (2 * t - 1) ** 6);
    return fall ? [x + (right - x) * t - rise, y + (low - y) * t] : [x + (right - x) * t, y + (low - y) * t - rise];
  });
  const outer = edge(over), inner = edge(over - Math.min(THICK, over / 2));
  return { role: "window", points: [...outer, ...inner.slice().reverse()], edges: [outer, inner], alpha: 0.1 };
}

/** The light to the classes: all of a sheet to the likeliest, a line to each other.
 *  @param {Scene} scene @param {number[][]} from where each begins: x, top, bottom, middle, and the middle of its row @param {number} to */
export function rays(scene, from, to) {
  from.forEach(([x, top, bottom, middle, row = middle], k) => {
    const upper = [[x, top], [to, row - 4]], lower = [[x, bottom], [to, row + 4]];
    if (k) scene.lines.push({ role: "result", points: [[x, middle + 3], [to, row + 3]], alpha: 0.45 });
    else scene.lights.push({ role: "result", points: [...upper, ...lower.slice().reverse()], edges: [upper, lower], alpha: 0.14 });
  });
}

/** Light from a sheet down to the next. @param {Sheet} from @param {Sheet} to @param {string} role @returns {Light} */
export function fall(from, to, role = "window") {
  const low = from.y + DY * from.h;
  const left = [[from.x, low], [to.x, to.y]], right = [[from.x + wide(from.w), low + AY * from.w], [to.x + wide(to.w), to.y + AY * to.w]];
  return { role, points: [...left, ...right.slice().reverse()], edges: [left, right], alpha: role === "window" ? 0.1 : 0.14 };
}

/** Light from a sheet to the right to the next. @param {Sheet} from @param {Sheet} to @param {string} role @returns {Light} */
export function beam(from, to, role = "window") {
  const x = from.x + wide(from.w), y = from.y + AY * from.w;
  const upper = [[x, y], [to.x, to.y]], lower = [[x, y + DY * from.h], [to.x, to.y + DY * to.h]];
  return { role, points: [...upper, ...lower.slice().reverse()], edges: [upper, lower], alpha: role === "window" ? 0.1 : 0.14 };
}

/** How far the light has come, px, when so much of all the work is done. @param {Knot[]} knots
 *  @param {{last: number, part: number}[]} stretches each with its share, 0 to 1 @param {number} done 0 to 1 */
export function reached(knots, stretches, done) {
  const total = stretches.reduce((sum, { part }) => sum + part, 0) || 1;
  const share = (layer) => (layer < 0 ? 0 : layer === Infinity ? 1 : stretches.reduce((sum, { last, part }) => sum + (last <= layer ? part : 0), 0) / total);
  let from = { at: knots[0].at, share: 0 };
  for (const { at, layer } of knots) {
    const to = { at, share: share(layer) };
    if (done < to.share) return from.at + ((to.at - from.at) * (done - from.share)) / (to.share - from.share);
    if (to.share >= from.share) from = to;
  }
  return done >= 1 ? Infinity : from.at;
}
