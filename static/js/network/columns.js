// The network as columns from left to right, the light narrowing at each funnel; a block that is open shows its ways.
import { makeRoom } from "./heads.js";
import { arc, band, rays } from "./light.js";
import { AY, cells, fitted, named, scene as empty, sized, tall, ways as waysPast, wide } from "./scene.js";

const PAD = 8; // px of light around the sheets of a column
const LEAST_COLUMN = 64, LEAST_PROJECTED = 84; // px that a column takes
const OPEN_COLUMN = 92, OPEN_SMALL = 56, LANES = 214, CHAIN_GAP = 20; // px of an open block: its columns, and where it forks
const CUT = 26, SLOPE = 44; // px between two ways, and how far they take to part
const LETTERED = 24, LETTERED_LARGE = 32; // px of their names, on a projector too
const FIRST_GAP = 2, FUNNEL_GAP = 2.2; // of the gap between two columns
const MOST_GAP = 130; // px between two columns
const END_GAP = 44; // px from the last column to the scores
const LARGEST = 1.9; // times the size at 1280 × 720
const ARCH = 26; // px above the columns for the ways past them
const RULER = 30, UPPER = 40; // px below, for the sizes, and above, where no scores leave room for what stands there

/** Sizes of the sheets by how many maps a column has: the first on the axis, the others; each falls with its cells.
 *  @type {Record<number, {first: [number, number], other: [number, number], gap: number}>} */
const SIZES = {
  5: { first: [112, 0.32], other: [60, 0.171], gap: 8 },
  3: { first: [124, 0.25], other: [94, 0.19], gap: 12 },
};

/** @typedef {import("./scene.js").Drawing} Drawing
 *  @typedef {import("./scene.js").Room} Room
 *  @typedef {import("./scene.js").Scene} Scene
 *  @typedef {import("./scene.js").Line} Line
 *  @typedef {import("./scene.js").Open} Open */

/** Which folding may fit: the first, and so the finest, whose columns all have room.
 *  @param {Drawing} drawing @param {number} room px @param {boolean} projected */
export function folding({ foldings, open }, room, projected) {
  const least = projected ? LEAST_PROJECTED : LEAST_COLUMN;
  const needs = (columns) => columns.reduce((sum, { key, funnel }) => sum + (funnel ? 0 : key === open?.key ? openWidth(open) : least), 0);
  const found = foldings.findIndex((columns) => needs(columns) <= room);
  return found < 0 ? foldings.length - 1 : found;
}

/** @param {Open} open */
const openWidth = ({ parts }) => parts.reduce((sum, part, i) => sum + (part.lanes.length > 1 ? LANES : wide(OPEN_COLUMN) + (i && parts[i - 1].lanes.length < 2 ? CHAIN_GAP : 0)), 0);

/** The finest folding whose heads do not touch. @param {Drawing} drawing @param {Room} room @returns {Scene} */
export function across(drawing, room) {
  let scene = laid(drawing, room, 0), { folding: which } = scene;
  while ((scene.tight = !makeRoom(scene, room.words)) && which < drawing.foldings.length - 1) scene = laid(drawing, room, ++which);
  return scene;
}

/** @param {Drawing} drawing @param {Room} room @param {number} least the finest folding that is asked for @returns {Scene} */
function laid(drawing, room, least) {
  const { width, side, projected, classes, panel } = room, shares = classes > 0;
  const input = fitted(drawing.photo.sides, projected || room.most < 5 ? 126 : 168), end = shares ? width - side - panel - END_GAP : width - side;
  const which = Math.max(least, folding(drawing, end - side - wide(input.w) * 0.75, projected)), columns = drawing.foldings[which];
  const most = room.most, rule = SIZES[most];
  const largest = Math.max(1, ...columns.map(({ layer }) => Math.max(...(drawing.strips[layer] ? cells(drawing, layer) : [1]))));
  const boxes = columns.filter(({ funnel }) => !funnel).map(({ key, layer }) => {
    const shape = cells(drawing, layer), n = Math.max(...shape), open = key === drawing.open?.key ? drawing.open : null;
    const count = Math.min(drawing.strips[layer][1], most);
    return { key, layer, open, count, first: fitted(shape, Math.max(36, sized(n, largest, rule.first))), other: fitted(shape, Math.max(30, sized(n, largest, rule.other))), byClass: layer === drawing.byClass };
  });
  const span = (box) => (box.open ? openWidth(box.open) : Math.max(26, wide(box.first.w)));
  const reach = (box) => tall(box.first.w, box.first.h) / 2 + Math.ceil((box.count - 1) / 2) * (rule.gap + tall(box.other.w, box.other.h)) + PAD;
  const highest = Math.max(tall(input.w, input.h) / 2, ...boxes.map((box) => (box.open ? Math.max(reach(box), 200) : reach(box))));
  const gaps = columns.reduce((sum, { funnel }, i) => sum + (funnel ? FUNNEL_GAP - 1 : i ? 1 : FIRST_GAP), 0) || FIRST_GAP;
  const sum = wide(input.w) + boxes.reduce((all, box) => all + span(box), 0);
  const past = waysPast(columns), upper = (shares ? 4 : UPPER) + (past.length ? ARCH : 0);
  const f = Math.max(0.2, Math.min(LARGEST, (room.height - RULER - upper) / (2 * highest), (end - side) / (sum + gaps * (projected ? 18 : 12))));
  const axis = Math.max(upper + highest * f, (room.height - RULER) / 2), gap = Math.min((end - side - sum * f) / gaps, MOST_GAP), pad = PAD * f, start = side + Math.max(0, (end - side - sum * f - gap * gaps) / 2);
  const pitch = Math.max(room.pitch, (projected ? 84 : 58) * Math.min(f, 1.4)), told = shares ? Math.max(1, Math.min(classes, Math.floor((2 * highest * f) / pitch))) : 0;
  const centres = Array.from({ length: told }, (_, i) => axis + (i - (told - 1) / 2) * pitch);

  const scene = empty({ scores: shares ? centres : null, right: width - side - panel, width, height: room.height, folding: which });
  const photo = { w: input.w * f, h: input.h * f };
  scene.photo = { layer: -1, index: 0, x: start, y: axis - tall(photo.w, photo.h) / 2, ...photo, depth: 8 * f };
  let x = start + wide(photo.w);
  scene.heads.input = [start + wide(photo.w) / 2, 0];
  scene.knots.push({ at: x, layer: -1 });
  /** @type {Record<number, {left: number, right: number}>} where each column stands; -1 is the picture */
  const stands = { [-1]: { left: start, right: x } };
  /** @type {[number, number][]} points of the light: where, and how far it reaches up and down */
  let light = [[x, tall(photo.w, photo.h) / 2 - AY * photo.w]];
  const flush = () => {
    if (light.length > 1) scene.lights.push(band(light, axis));
    light = [];
  };
  const stack = (layer, left, first, other, count, depth) => {
    const cx = left + wide(first.w) / 2;
    let up = axis - tall(first.w, first.h) / 2, low = axis + tall(first.w, first.h) / 2;
    scene.sheets.push({ layer, index: 0, x: left, y: up, ...first, depth });
    for (let k = 1; k < count; k++) {
      const away = tall(other.w, other.h) + rule.gap * f;
      if (k % 2) up -= away;
      scene.sheets.push({ layer, index: k, x: cx - wide(other.w) / 2, y: k % 2 ? up : low + rule.gap * f, ...other, depth: depth * 0.65 });
      if (!(k % 2)) low += away;
    }
    return Math.max(axis - up, low - axis) + pad;
  };
  const times = ({ w, h }, by = f) => ({ w: w * by, h: h * by });
  const opening = (box) => {
    const from = x;
    let before = false;
    for (const { lanes, more } of box.open.parts) {
      if (lanes.length > 1) {
        const half = light.length ? light.at(-1)[1] : 150 * f;
        light.push([x, half]);
        flush();
        ways(scene, drawing, { lanes, more, x, end: x + LANES * f, axis, half, f, lettered: projected ? LETTERED_LARGE : LETTERED });
        x += LANES * f;
        light = [[x, half]];
        before = false;
        continue;
      }
      if (before) x += CHAIN_GAP * f;
      const [{ layer }] = lanes, shape = cells(drawing, layer), first = times(fitted(shape, OPEN_COLUMN)), half = stack(layer, x, first, times(fitted(shape, OPEN_SMALL)), Math.min(drawing.strips[layer][1], most), 5 * f);
      scene.heads[`inner ${layer}`] = [x + wide(first.w) / 2, 0];
      light.push([x, half], [x + wide(first.w), half]);
      x += wide(first.w);
      before = true;
    }
    scene.open = [from, x];
    scene.heads[box.key] = [(from + x) / 2, 0];
  };

  let funnel = "", at = 0;
  const shown = [];
  for (const [i, column] of columns.entries()) {
    if (column.funnel) {
      funnel = column.key;
      continue;
    }
    const box = boxes[at++], step = gap * (i === 0 || (at === 1 && funnel) ? FIRST_GAP : funnel ? FUNNEL_GAP : 1);
    if (funnel) {
      scene.heads[funnel] = [x + step / 2, 0];
      stands[i - 1] = { left: x, right: x + step };
    }
    funnel = "";
    x += step;
    const left = x;
    if (box.open) opening(box);
    else if (box.byClass && told) {
      const s = times(fitted(cells(drawing, box.layer), Math.min(projected ? 66 : 50, pitch / 1.16 / f))), span = wide(s.w);
      const half = ((told - 1) / 2) * pitch + tall(s.w, s.h) / 2;
      light.push([x, half], [x + span, half]);
      for (const [k, centre] of centres.entries()) scene.sheets.push({ layer: box.layer, index: k, x, y: centre - tall(s.w, s.h) / 2, ...s, depth: 4 * f, ...(k ? {} : { ring: "result" }) });
      rays(scene, centres.map((centre) => [x + span, centre - tall(s.w, s.h) / 2 + AY * s.w, centre + tall(s.w, s.h) / 2, centre]), scene.right - 8);
      x += span;
    } else {
      const first = times(box.first), thin = Math.max(0, 26 * f - wide(first.w)), half = stack(box.layer, x + thin / 2, first, times(box.other), box.count, 5 * f);
      light.push([x, half], [x + wide(first.w) + thin, half]);
      x += wide(first.w) + thin;
    }
    scene.heads[box.key] ??= [(left + x) / 2, 0];
    scene.knots.push({ at: x, layer: box.layer });
    shown.push({ left, right: x, sides: drawing.sides[box.layer] });
    stands[i] = { left, right: x };
  }
  for (const [from, to] of past) if (stands[from] && stands[to]) scene.lights.push(arc([(stands[from].left + stands[from].right) / 2, axis - highest * f], [(stands[to].left + stands[to].right) / 2, axis - highest * f], ARCH));
  flush();
  if (shares && !(boxes.at(-1)?.byClass && told)) {
    const last = scene.sheets.at(-1) ? scene.knots.at(-1).at : x, first = boxes.length ? times(boxes.at(-1).first) : photo;
    rays(scene, centres.map((centre) => [last, axis - tall(first.w, first.h) / 2 + AY * first.w, axis + tall(first.w, first.h) / 2, axis, centre]), scene.right - 8);
  }
  if (shares) {
    scene.heads.shares = [scene.right + panel / 2, 0];
    scene.knots.push({ at: scene.right, layer: Infinity });
  }
  const y = axis + highest * f + 4;
  scene.brackets.push({ from: start, to: start + wide(photo.w), y, text: named(drawing.photo.sides) });
  for (const { left, right, sides } of shown) {
    const text = named(sides), before = scene.brackets.at(-1);
    if (scene.brackets.length > 1 && before.text === text) before.to = right;
    else scene.brackets.push({ from: left, to: right, y, text });
  }
  return scene;
}

/** The ways of an open block, round a hole of paper. @param {Scene} scene @param {Drawing} drawing
 *  @param {{lanes: {name: string, layer: number | null, maps: number}[], more: number, x: number, end: number, axis: number, half: number, f: number, lettered: number}} where */
function ways(scene, drawing, { lanes, more, x, end, axis, half, f, lettered }) {
  const lane = half + 6 * f, cut = CUT * f, slope = SLOPE * f, middle = (x + end) / 2;
  lanes.forEach(({ name, layer, maps }, k) => {
    const sign = k ? 1 : -1;
    const outer = [[x, axis + sign * half], [x + slope, axis + sign * lane], [end - slope, axis + sign * lane], [end, axis + sign * half]];
    const inner = [[x, axis], [x + slope, axis + sign * cut], [end - slope, axis + sign * cut], [end, axis]];
    scene.lights.push({ role: "window", points: [...outer, ...inner.slice().reverse()], edges: [outer, inner], alpha: 0.1 });
    if (layer === null) return;
    const shape = cells(drawing, layer), count = Math.min(2, drawing.strips[layer][1]), room = lane - cut - lettered - 12;
    let sheet = fitted(shape, OPEN_COLUMN * f);
    const by = Math.min(1, room / tall(sheet.w, sheet.h));
    sheet = { w: sheet.w * by, h: sheet.h * by };
    const top = (k ? axis + cut : axis - lane) + lettered + 4, y = top + (room - tall(sheet.w, sheet.h)) / 2, step = wide(sheet.w) + 14 * f;
    for (let n = 0; n < count; n++) scene.sheets.push({ layer, index: n, x: middle - (step * count - 14 * f) / 2 + n * step, y, ...sheet, depth: 4 * f });
    scene.labels.push({ x: middle, y: top - lettered / 2 + 2, text: name, count: String(maps).replace(/\B(?=(\d{3})+$)/g, ",") });
    if (k && more) scene.labels.push({ x: middle, y: axis + lane + 10, text: "", count: drawing.words.more.replace("{count}", String(more)) });
  });
}
