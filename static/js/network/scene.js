// What the network view is laid out from and into: what the server says, the room there is, and the scene that is drawn.
// All lengths are px; the projection is the plate's own.
import { turned } from "../stack/volume.js";

const TURN = 34; // degrees
export const { across: [AX, AY], down: [, DY], depth: [ZX, ZY] } = turned(TURN);
export const wide = (w) => AX * w, tall = (w, h = w) => AY * w + DY * h;

/** @typedef {{key: string, layer: number, funnel: boolean, reads: number[]}} Column of which others it reads, by number: -1 is the picture
 *  @typedef {{key: string, parts: {lanes: {name: string, layer: number | null, maps: number}[], more: number}[]}} Open
 *  @typedef {{strips: Record<string, [number, number, number, number]>, sides: Record<string, [number, number]>,
 *  photo: {href: string, sides: [number, number]}, sources: string[], foldings: Column[][], open: Open | null,
 *  byClass: number | null, rows: number, lit: number, deep: number, sheet: string, words: Record<string, string>}} Drawing what the server says
 *  @typedef {{width: number, height: number, side: number, most: number, classes: number, panel: number, pitch: number,
 *  words: Record<string, number>, projected: boolean}} Room the box, its margin, how many maps a column has at most, how many classes are told, how
 *  wide that is, how far from one to the next, and how wide the words of each head are
 *  @typedef {{layer: number, index: number, x: number, y: number, w: number, h: number, depth: number, ring?: string, role?: string}} Sheet
 *  @typedef {number[][]} Line
 *  @typedef {{role: string, points: Line, edges: Line[], alpha: number}} Light
 *  @typedef {{at: number, layer: number}} Knot how far the light is when it has passed a layer
 *  @typedef {{sheets: Sheet[], lights: Light[], lines: {role: string, points: Line, alpha: number}[], photo: Sheet,
 *  brackets: {from: number, to: number, y: number, text: string}[], labels: {x: number, y: number, text: string, count: string}[],
 *  heads: Record<string, [number, number]>, knots: Knot[], fall: boolean, tight: boolean, scores: number[] | null, right: number, width: number, height: number,
 *  open: [number, number] | null, folding: number}} Scene */

/** @param {number} n cells a side @param {number} most of the largest map @param {[number, number]} rule */
export const sized = (n, most, [size, power]) => size * (n / most) ** power;

/** A sheet as large as asked for, in the proportions of its cells. @param {[number, number]} sides @param {number} s */
export function fitted([rows, columns], s) {
  const most = Math.max(rows, columns);
  return { w: (s * columns) / most, h: (s * rows) / most };
}

/** How a layer's tiles are proportioned: a vector stands on one sheet. @param {Drawing} drawing @param {number} layer @returns {[number, number]} */
export function cells({ strips, sides }, layer) {
  const [, , rows, columns] = strips[layer], own = sides[layer];
  return own && own[0] * own[1] > 1 ? own : [rows, columns];
}

/** From which column to which a way leads past others, funnels not counted. @param {Column[]} columns @returns {[number, number][]} */
export const ways = (columns) => columns.flatMap(({ reads }, to) => reads.filter((from) => columns.slice(from + 1, to).some(({ funnel }) => !funnel)).map((from) => /** @type {[number, number]} */ ([from, to])));

/** @param {[number, number]} sides */
export const named = ([rows, columns]) => `${rows} × ${columns}`;

/** An empty scene. @param {Partial<Scene>} [told] @returns {Scene} */
export const scene = (told = {}) => ({ sheets: [], lights: [], lines: [], photo: null, brackets: [], labels: [], heads: {}, knots: [], fall: false, tight: false, scores: null, right: 0, width: 0, height: 0, open: null, folding: 0, ...told });

/** The sheet under a finger or a mouse: the nearest within reach. @param {Scene} scene @param {number} x @param {number} y @param {number} slack px */
export function under({ sheets }, x, y, slack) {
  let best = null, nearest = Infinity;
  for (const sheet of sheets) {
    const cx = sheet.x + wide(sheet.w) / 2, cy = sheet.y + tall(sheet.w, sheet.h) / 2;
    const away = Math.max(Math.abs(x - cx) - Math.max(wide(sheet.w) / 2, slack), Math.abs(y - cy) - Math.max(tall(sheet.w, sheet.h) / 2, slack));
    const near = Math.hypot(x - cx, y - cy);
    if (away <= 0 && near < nearest) {
      nearest = near;
      best = sheet;
    }
  }
  return best;
}
