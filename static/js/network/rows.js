// A network with few maps: row k after filter k, one row lit and large; on a phone that row stands upright.
import { makeRoom } from "./heads.js";
import { beam, fall } from "./light.js";
import { AX, cells, fitted, named, scene as empty, tall, wide } from "./scene.js";

/** @typedef {import("./scene.js").Drawing} Drawing
 *  @typedef {import("./scene.js").Room} Room
 *  @typedef {import("./scene.js").Scene} Scene
 *  @typedef {import("./scene.js").Sheet} Sheet */

/** What stands in a row, from left to right: the filter, where there is one, then each layer. @param {Drawing} drawing */
const steps = (drawing) => [...(drawing.deep ? [{ key: "filters", layer: -1 }] : []), ...drawing.foldings[0]];

/** A network with few maps: all rows, one of them lit. @param {Drawing} drawing @param {Room} room @param {number} lit @returns {Scene} */
export function rows(drawing, room, lit) {
  const { width, side, panel, height } = room, count = drawing.rows, stops = steps(drawing), right = width - side - panel, low = height < 330, ruler = 28, down = low ? 34 : 64, upper = low ? 6 : 40;
  const largest = Math.max(...drawing.foldings[0].flatMap(({ layer }) => drawing.sides[layer])), gap = 6;
  const little = Math.max(22, Math.min(39, (height - down - upper - 90) / (1.09 * Math.max(1, count - 1)) - gap)), sources = drawing.sources.length;
  const left = height - down - upper - (count - 1) * (tall(little) + gap);
  const large = Math.max(little, Math.min(230, left / tall(1), ((right - side) / (stops.length + 3)) * 1.02)), high = (k) => (k === lit ? tall(large) : tall(little)) + gap;
  const scene = empty({ right, width, height });
  const all = Array.from({ length: count }, (_, k) => high(k)).reduce((sum, h) => sum + h, 0);
  let y = upper + Math.max(0, (height - down - upper - all) / 2);
  scene.scores = Array.from({ length: count }, (_, k) => { const here = y + (high(k) - gap) / 2; y += high(k); return here; });
  const input = fitted(drawing.photo.sides, Math.min(large * 1.15, height - down - 30)), spread = sources ? 3 * 19 : 0;
  const top = Math.max(6 + (sources ? 27 : 0), scene.scores[lit] - tall(input.w, input.h) / 2);
  scene.photo = { layer: -1, index: 0, x: side, y: Math.min(top, height - down - tall(input.w, input.h)), ...input, depth: 4 };
  scene.heads.input = [side + (wide(input.w) + spread) / 2, 0];
  const from = side + wide(input.w) + spread, sizes = stops.map(({ key, layer }) => fitted(cells(drawing, layer), key === "filters" ? large * 0.62 : large * (Math.max(...cells(drawing, layer)) / largest)));
  const between = (right - from - 40 - sizes.reduce((sum, { w }) => sum + wide(w), 0)) / (sizes.length + 0.6);
  let x = from + between * 1.6;
  scene.knots.push({ at: from, layer: -1 });
  /** @type {Sheet[]} what was last in each row */
  let before = [];
  for (const [n, { key, layer }] of stops.entries()) {
    const full = sizes[n], span = wide(full.w), filters = key === "filters", deep = filters ? Math.min(3, drawing.deep) : 1;
    const here = scene.scores.map((centre, k) => {
      const by = k === lit ? 1 : filters ? Math.min(1, little / 1.3 / Math.max(full.w, full.h)) : little / large, sheet = { w: full.w * by, h: full.h * by };
      return { layer, index: k, x: x + (span - wide(sheet.w)) / 2, y: centre - tall(sheet.w, sheet.h) / 2, ...sheet, depth: filters ? 2 : 4, ...(filters ? { ring: "filter" } : {}) };
    });
    here.forEach((sheet, k) => {
      const role = stops[n - 1]?.key === "filters" ? "result" : "window", last = before[k] ?? { ...scene.photo, x: scene.photo.x + (sources ? spread - 19 : 0), y: scene.photo.y - (sources ? 18 : 0) };
      if (k === lit) scene.lights.push(beam(last, sheet, role));
      else scene.lines.push({ role, points: [[last.x + wide(last.w) + 5, last.y + tall(last.w, last.h) / 2], [sheet.x - 3, sheet.y + tall(sheet.w, sheet.h) / 2]], alpha: before[k] ? 0.45 : 0.4 });
      for (let d = deep - 1; d >= 0; d--) scene.sheets.push({ ...sheet, index: filters ? k * drawing.deep + d : k, x: sheet.x + d * (k === lit ? 11 : 5), y: sheet.y - d * (k === lit ? 3 : 1.4) });
    });
    if (n === stops.length - 1) scene.sheets.push({ ...here[lit], ring: "result" });
    before = here.map((sheet, k) => ({ ...sheet, x: sheet.x + (filters ? (deep - 1) * (k === lit ? 11 : 5) : 0), y: sheet.y - (filters ? (deep - 1) * (k === lit ? 3 : 1.4) : 0) }));
    scene.heads[key] = [x + span / 2, 0];
    x += span;
    scene.knots.push({ at: x + 4, layer });
    if (!filters) scene.brackets.push({ from: here[lit].x, to: here[lit].x + span, y: height - ruler, text: named(drawing.sides[layer]) });
    x += between;
  }
  scene.brackets.unshift({ from: side, to: side + wide(input.w), y: height - ruler, text: named(drawing.photo.sides) });
  scene.tight = !makeRoom(scene, room.words);
  return scene;
}

/** The same on a phone. @param {Drawing} drawing @param {Room} room @param {number} lit @returns {Scene} */
export function rowsDown(drawing, room, lit) {
  const { width, side } = room, stops = steps(drawing), axis = Math.max(164, Math.min(width * 0.42, 190)), beside = axis + 64, count = drawing.rows;
  const largest = Math.max(...drawing.foldings[0].flatMap(({ layer }) => drawing.sides[layer])), step = Math.min(44, (width - side - beside + 4) / Math.max(1, count - 1));
  const scene = empty({ fall: true });
  const photo = fitted(drawing.photo.sides, 118);
  scene.photo = { layer: -1, index: 0, x: axis - wide(photo.w) / 2, y: 6, ...photo, depth: 5 };
  scene.heads.input = [side, 6 + tall(photo.w, photo.h) / 2];
  let y = 6 + tall(photo.w, photo.h), before = scene.photo;
  scene.knots.push({ at: y, layer: -1 });
  for (const [n, { key, layer }] of stops.entries()) {
    const filters = key === "filters", shape = cells(drawing, layer);
    const first = fitted(shape, filters ? 62 : Math.max(44, 108 * (Math.max(...shape) / largest))), high = Math.max(62, tall(first.w, first.h)), other = fitted(shape, Math.min(36, step / AX - 3));
    const sheet = { layer, index: filters ? lit * drawing.deep : lit, x: axis - wide(first.w) / 2, y: y + 12 + (high - tall(first.w, first.h)) / 2, ...first, depth: 4, ...(filters ? { ring: "filter" } : n === stops.length - 1 ? { ring: "result" } : {}) };
    scene.lights.push(fall(before, sheet, stops[n - 1]?.key === "filters" ? "result" : "window"));
    scene.sheets.push(sheet);
    for (let k = 0, at = 0; k < count; k++) if (k !== lit) scene.sheets.push({ layer, index: filters ? k * drawing.deep : k, x: beside + at++ * step, y: y + 12 + (high - tall(other.w, other.h)) / 2, ...other, depth: 2, ...(filters ? { ring: "filter" } : {}) });
    scene.heads[key] = [side, y + 12 + high / 2];
    y += 12 + high;
    scene.knots.push({ at: y, layer });
    before = sheet;
  }
  scene.height = y + 10;
  return scene;
}
