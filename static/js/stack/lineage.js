// What an opened map is made from: the volume before it, its filter, the map, and light from one to the next.
import { between, stack } from "./arrangement.js";
import { outline, paint, quad, rays } from "./volume.js";

/** @typedef {import("./volume.js").Sheets} Sheets
 *  @typedef {import("./volume.js").Tiles} Tiles
 *  @typedef {import("./volume.js").Point} Point
 *  @typedef {import("./arrangement.js").Arrangement} Arrangement
 *  @typedef {{maps: Sheets, source: Sheets, filter: Sheets | null, at: ReturnType<typeof places>, slot: import("./volume.js").Lie,
 *  base: number, channel: number, reads: [number, number], seen: boolean, flight: number, words: Record<string, string>,
 *  shapes: string[], colours: Record<string, string>}} Scene what there is to draw: the map `channel` flies from its `slot`, if
 *  that is `seen`, to its place; it `reads` a range of the source by the sheets of the filter from `base` on */

const TURN = 34; // as in the figure
const HEAD = 46; // px for two lines of words

/** Where the three stand.
 *  @param {import("./arrangement.js").Box} box @param {{maps: Sheets, source: Sheets, filter: Sheets | null}} layer */
export function places(box, { maps, source, filter }) {
  const single = maps.rows * maps.columns === 1;
  const shares = filter ? [0, 0.37, 0.68, 1] : [0, 0.48, 0.52, 1], room = filter ? 26 : 40;
  /** @param {number} i */
  const part = (i) => ({ x: box.x + box.width * shares[i] + (i ? room / 2 : 0), y: box.y + HEAD, width: box.width * (shares[i + 1] - shares[i]) - room, height: box.height - HEAD });
  const one = { ...maps, count: 1 }, fixed = { turn: TURN, fixed: true };
  const scale = Math.min(stack(source, part(0), fixed).scale, single ? 99 : stack(one, part(2), fixed).scale);
  const held = { ...fixed, most: scale };
  return {
    source: stack(source, part(0), held),
    filter: filter && stack(filter, part(1), fixed),
    map: stack(one, part(2), single ? { ...fixed, most: 44 } : held),
    parts: [part(0), part(1), part(2)],
  };
}

/** @param {CanvasRenderingContext2D} pen @param {Scene} scene @param {import("./volume.js").Pen} how */
export function draw(pen, scene, how) {
  const { maps, source, filter, base, channel, reads, at, slot, seen, flight, words, shapes, colours } = scene, [first, last] = reads;
  /** @param {import("./volume.js").Volume} sheets @param {import("./volume.js").Lie} lie */
  const corners = (sheets, lie, k = 0) => quad(lie.xs[k], lie.ys[k], lie.across, lie.down, sheets.columns, sheets.rows);
  paint(pen, source, at.source, how);
  const front = corners(source, at.source, first);
  const back = front.map((point) => along(point, at.source.side, last - first));
  if (last - first < source.count) paint(pen, source, at.source, { ...how, first, last });
  const near = [front[1], back[1], back[2], front[2]];
  const there = between({ ...at.map, ...slot }, at.map, flight), target = corners(maps, there);
  const next = filter ? corners(filter, at.filter) : target;
  rays(pen, near, next, colours.window);
  ring(pen, [front[0], back[0], back[1], back[2], front[2], front[3]], colours.window, colours.halo);
  if (filter) {
    const depth = filter.count, deep = next.map((point) => along(point, at.filter.side, depth));
    rays(pen, [next[1], deep[1], deep[2], next[2]], target, colours.result);
    paint(pen, shifted(filter, base), at.filter, how);
    ring(pen, [next[0], deep[0], deep[1], deep[2], next[2], next[3]], colours.filter, colours.halo);
  }
  if (seen && flight >= 1) { // where it was pulled out of
    const from = quad(slot.xs[0], slot.ys[0], slot.across, slot.down, maps.columns, maps.rows);
    for (const [a, b] of from[0][1] > target[2][1] ? [[3, 0], [2, 1]] : [[1, 0], [2, 3]]) outline(pen, [target[a], from[b]], colours.result, 1.3, [2, 5]);
  }
  paint(pen, shifted(maps, channel, 1), there, { ...how, edge: colours.control });
  ring(pen, target, colours.result, colours.halo);
  const named = [[words.source, shapes[0]], [filter ? words.filter : "", shapes[1]], [words.name, ""]];
  pen.textAlign = "left";
  const y = Math.max(16, Math.min(...[front, back, next, corners(maps, at.map)].flat().map((point) => point[1])) - 34);
  named.forEach(([name, shape], i) => {
    const x = [front, next, corners(maps, at.map)][i][0][0];
    if (!name) return;
    pen.fillStyle = i === 2 ? colours.result : colours.ink;
    pen.font = `650 ${how.size}px ${how.font}`;
    pen.fillText(name.replace("{number}", String(channel + 1)), x, y);
    pen.fillStyle = colours["ink-2"];
    pen.font = `400 ${how.size}px ${how.font}`;
    pen.fillText(shape, x, y + 20);
  });
}

/** @param {Point} point @param {Point} side @param {number} steps @returns {Point} */
const along = ([x, y], side, steps) => [x + side[0] * steps, y + side[1] * steps];

/** The same sheets counted from another. @param {Tiles} sheets @param {number} by @returns {Tiles} */
function shifted(sheets, by, count = sheets.count) {
  return { columns: sheets.columns, rows: sheets.rows, filter: sheets.filter, count, tile: (/** @type {number} */ k) => sheets.tile(k + by) };
}

/** @param {CanvasRenderingContext2D} pen @param {Point[]} points @param {string} colour @param {string} halo @param {number[]} [dash] */
export function ring(pen, points, colour, halo, dash) {
  outline(pen, points, halo, 4.5);
  outline(pen, points, colour, 2.5, dash);
}
