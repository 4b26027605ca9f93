// The network on a phone: stages as rows, the light falls.
import { arc, fall } from "./light.js";
import { AY, cells, fitted, scene as empty, sized, tall, ways, wide } from "./scene.js";

const MOST = 5, SMALL = 6; // stages, an open block among them, and layers of a network that is not folded
const ASIDE = 26; // px that a way leads past the stages
const TITLE = 40; // px of the name of an open block

/** @typedef {import("./scene.js").Drawing} Drawing
 *  @typedef {import("./scene.js").Room} Room
 *  @typedef {import("./scene.js").Scene} Scene
 *  @typedef {import("./scene.js").Line} Line */

/** @param {Drawing} drawing @param {Room} room @returns {Scene} */
export function down(drawing, room) {
  const { width, side, classes } = room, { open, foldings } = drawing;
  const few = foldings.findIndex((columns, k) => columns.filter(({ funnel }) => !funnel).length <= (k ? MOST : SMALL)), at = few < 0 ? foldings.length - 1 : few;
  const all = foldings[at], columns = all.filter(({ funnel }) => !funnel);
  const inner = (open?.parts ?? []).flatMap(({ lanes }) => lanes.filter(({ layer }) => layer !== null).map(({ layer }) => ({ key: `inner ${layer}`, layer })));
  const layers = columns.flatMap((column) => (column.key === open?.key ? inner : [column]));
  const axis = Math.max(164, Math.min(width * 0.42, 190)), beside = axis + 64, largest = Math.max(1, ...layers.map(({ layer }) => Math.max(...cells(drawing, layer))));
  const scene = empty({ fall: true, folding: at });
  const photo = fitted(drawing.photo.sides, 92);
  scene.photo = { layer: -1, index: 0, x: axis - wide(photo.w) / 2, y: 6, ...photo, depth: 7 };
  let y = 6 + tall(photo.w, photo.h);
  scene.heads.input = [side, 6 + tall(photo.w, photo.h) / 2];
  scene.knots.push({ at: y, layer: -1 });
  let before = scene.photo;
  /** @returns {[number, number]} the middle of the left side @param {{x: number, y: number, w: number, h: number}} sheet */
  const edge = (sheet) => [sheet.x, sheet.y + tall(sheet.w, sheet.h) / 2];
  /** @type {Record<number, [number, number]>} where a way to or from each column ends; -1 is the picture */
  const stands = { [-1]: edge(before) };
  for (const { key, layer } of layers) {
    if (layer === inner[0]?.layer) { // the block that is open says so before the first of its layers
      scene.heads[open.key] = [side, y + TITLE / 2 + 6];
      y += TITLE;
    }
    const shape = cells(drawing, layer), n = Math.max(...shape), first = fitted(shape, Math.max(40, sized(n, largest, [80, 0.25]))), other = fitted(shape, Math.max(36, sized(n, largest, [62, 0.2])));
    const high = Math.max(62, tall(first.w, first.h)), sheet = { layer, index: 0, x: axis - wide(first.w) / 2, y: y + 12 + (high - tall(first.w, first.h)) / 2, ...first, depth: 5 };
    scene.lights.push(fall(before, sheet));
    scene.sheets.push(layer === drawing.byClass ? { ...sheet, ring: "result" } : sheet);
    const fits = Math.max(0, Math.min(drawing.strips[layer][1] - 1, Math.floor((width - side - beside + 6) / (wide(other.w) + 6))));
    for (let k = 1; k <= fits; k++) scene.sheets.push({ layer, index: k, x: beside + (k - 1) * (wide(other.w) + 6), y: y + 12 + (high - tall(other.w, other.h)) / 2, ...other, depth: 3 });
    scene.heads[key] = [side, y + 12 + high / 2];
    y += 12 + high;
    scene.knots.push({ at: y, layer });
    before = sheet;
    const number = all.findIndex((column) => !column.funnel && column.layer === layer);
    if (number < 0) continue; // within the open block
    stands[number] = edge(sheet);
    if (all[number - 1]?.funnel) stands[number - 1] = [sheet.x, sheet.y - 6];
  }
  for (const [from, to] of ways(all)) if (stands[from] && stands[to]) scene.lights.push(arc(stands[from], stands[to], ASIDE, true));
  if (classes) {
    const left = before.x, right = before.x + wide(before.w), low = before.y + tall(before.w, before.h);
    const sides = [[left, low - AY * before.w], [right, low], [width - side, y + 18], [side, y + 18]];
    scene.lights.push({ role: "result", points: sides, edges: [], alpha: 0.14 });
    y += 18;
    scene.knots.push({ at: y, layer: Infinity });
  }
  scene.height = y + (classes ? 0 : 8);
  return scene;
}
