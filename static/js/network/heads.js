// The heads of the columns: each over its own, or a little beside it where they would touch.

const GAP = 6, MOVE = 18; // px between two heads, and by which one may stand beside its column

/** @typedef {import("./scene.js").Scene} Scene */

/** Moves heads that touch apart, a little, and tells whether all stand side by side then.
 *  @param {Scene} scene @param {Record<string, number>} words how wide each is */
export function makeRoom({ heads, width }, words) {
  const order = Object.values(heads).map((at, k) => ({ at, own: at[0], half: (words[Object.keys(heads)[k]] ?? 0) / 2 })).sort((one, other) => one.own - other.own);
  for (const head of order) head.own = head.at[0] = Math.max(head.half + GAP, Math.min(width - head.half - GAP, head.own));
  const over = (k) => order[k - 1].at[0] + order[k - 1].half + GAP + order[k].half - order[k].at[0];
  for (let turn = 0; turn < 24; turn++) {
    for (let k = 1; k < order.length; k++) {
      const by = over(k) / 2;
      if (by <= 0) continue;
      for (const [each, way] of /** @type {const} */ ([[order[k - 1], -1], [order[k], 1]])) each.at[0] = Math.max(each.own - MOVE, each.half, Math.min(each.own + MOVE, width - each.half, each.at[0] + way * by));
    }
  }
  return order.every((_, k) => !k || over(k) < 1);
}

/** How far it is from one head to the nearest other, px. @param {Record<string, [number, number]>} heads @param {number} x */
export const apart = (heads, x) => Math.min(...Object.values(heads).map(([other]) => Math.abs(other - x)).filter((far) => far > 0)) - GAP;
