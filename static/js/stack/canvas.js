// The canvas of a layer's stack: its size, its colours and letters, and what is drawn on it of a state that is given.
import { draw, places, ring } from "./lineage.js";
import { many, Sweep } from "./sweep.js";
import { outline, paint, quad } from "./volume.js";

const ROLES = ["window", "filter", "result", "halo", "ink", "ink-2", "lit", "shade", "figure", "control"];
const EDGED = 4; // px between sheets from which on each has an edge
const NUMBERED = 28; // and a number
const NARROW = 600; // px of a canvas on which the stack stands below what its map is made from

/** @typedef {{channel: number, pointed: number, flown: number, named: string, settled: boolean}} State the map that is
 *  opened and how far it has come out, the one that is pointed at and its name, and whether all lies where it will */

/** @typedef {import("./volume.js").Sheets} Sheets
 *  @typedef {import("./arrangement.js").Arrangement} Arrangement
 *  @typedef {{reads: [number, number][], words: Record<string, string>, shapes: string[], names: string[], ranges: string[],
 *  farthest: number, maps: object, source: object, filter: any}} Told what the server says of a layer: the sheets that each map reads,
 *  names and ranges of the maps, and how far a stack turns */

export class Canvas {
  /** @param {HTMLCanvasElement} canvas @param {{maps: Sheets, source: Sheets, filter: Sheets | null, told: Told}} layer */
  constructor(canvas, { maps, source, filter, told }) {
    this.canvas = canvas;
    this.maps = maps;
    this.source = source;
    this.filter = filter;
    this.told = told;
    /** @type {Arrangement} */
    this.lie = null;
    this.pen = canvas.getContext("2d");
    this.fit();
  }

  /** Takes the size of the screen, and colours and letters of the page. @returns {boolean} whether there is room */
  fit() {
    const { canvas } = this, { clientWidth: width, clientHeight: height } = canvas, ratio = devicePixelRatio;
    if (!width || !height) return false;
    const size = [width, height].map((length) => Math.round(length * ratio));
    if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
    const narrow = width < NARROW, part = narrow ? Math.min(220, height * 0.42) : Math.min(600, width * 0.46);
    const beside = narrow ? { x: 4, y: 2, width: width - 8, height: part - 16 } : { x: 4, y: 2, width: part - 36, height: height - 8 };
    this.box = narrow ? { x: 4, y: part + 4, width: width - 8, height: height - part - 30 } : { x: part + 8, y: 8, width: width - part - 14, height: height - 36 };
    this.clip = { x: this.box.x - 4, y: this.box.y - 8, width: this.box.width + 10, height: this.box.height + 36 };
    this.at = places(beside, this);
    const style = getComputedStyle(canvas), colours = Object.fromEntries(ROLES.map((role) => [role, style.getPropertyValue(`--${role}`).trim()]));
    this.how = { width, height, ratio, size: parseFloat(style.fontSize), font: style.fontFamily, lit: colours.lit, shade: colours.shade, edge: "" };
    this.colours = colours;
    this.sweep = null;
    return true;
  }

  /** Whether there are so many maps that they are swept while they move. */
  get many() {
    return many(this.maps);
  }

  /** The range of sheets that a map is made from. @param {number} k */
  reads(k) {
    const { reads } = this.told;
    return reads[reads.length > 1 ? k : 0];
  }

  /** @param {number} k */
  corners(k) {
    const { xs, ys, across, down } = this.lie;
    return quad(xs[k], ys[k], across, down, this.maps.columns, this.maps.rows);
  }

  /** @param {Arrangement} lie where the maps lie @param {State} state @param {boolean} quick while they move */
  draw(lie, state, quick) {
    this.lie = lie;
    const { pen, maps, colours, how, clip } = this, { channel, pointed } = state, { width, height, ratio } = how;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.save();
    pen.beginPath();
    pen.rect(clip.x, clip.y, clip.width, clip.height);
    pen.clip();
    if (quick) (this.sweep ??= new Sweep(maps, colours.lit, colours.shade)).draw(pen, lie, clip, channel);
    else paint(pen, maps, lie, { ...how, without: channel, edge: lie.step >= EDGED ? colours.control : "" });
    outline(pen, this.corners(channel), colours.result, 1.6, [4, 4]);
    if (pointed >= 0) ring(pen, this.corners(pointed), colours.ink, colours.halo);
    if (state.settled && lie.step >= NUMBERED && maps.columns * lie.across[0] >= 20) this.number(channel);
    pen.restore();
    draw(pen, this.scene(state), how);
    if (pointed >= 0) this.caption(this.corners(pointed), state.named);
  }

  /** What an opened map is made from. @param {State} state @returns {import("./lineage.js").Scene} */
  scene({ channel, flown }) {
    const { maps, source, filter, at, lie, colours, told, clip } = this, y = lie.ys[channel];
    const slot = { across: lie.across, down: lie.down, side: lie.side, xs: [lie.xs[channel]], ys: [y] };
    const seen = y > clip.y - 40 && y < clip.y + clip.height, base = filter && !filter.alone ? channel * filter.count : 0;
    return { maps, source, filter, base, channel, reads: this.reads(channel), at, slot, seen, flight: flown, words: told.words, shapes: told.shapes, colours };
  }

  /** Writes the numbers of the maps below them. @param {number} channel */
  number(channel) {
    const { pen, colours, how, maps } = this;
    pen.font = `600 ${how.size}px ${how.font}`;
    pen.textAlign = "right";
    for (let k = 0; k < maps.count; k++) {
      const [x, y] = this.corners(k)[2];
      if (y < 0 || y > how.height || x < 0) continue;
      pen.fillStyle = k === channel ? colours.result : colours["ink-2"];
      pen.fillText(String(k + 1), x, y + how.size + 2);
    }
  }

  /** Names what is pointed at, beside it. @param {[number, number][]} points @param {string} text */
  caption(points, text) {
    const { pen, colours, how } = this;
    pen.font = `600 ${how.size}px ${how.font}`;
    const wide = pen.measureText(text).width + 16, tall = how.size + 12, above = Math.min(points[0][1], points[1][1]) - tall - 6;
    const below = Math.min(how.height - tall - 2, Math.max(points[2][1], points[3][1]) + 6), y = above < 2 ? below : above;
    const x = Math.max(2, Math.min(how.width - wide - 2, (points[0][0] + points[1][0] - wide) / 2));
    pen.fillStyle = colours.figure;
    pen.fillRect(x, y, wide, tall);
    outline(pen, [[x, y], [x + wide, y], [x + wide, y + tall], [x, y + tall]], colours.control, 1);
    pen.fillStyle = colours.ink;
    pen.textAlign = "left";
    pen.fillText(text, x + 8, y + how.size + 3);
  }

  /** @param {number} x @param {number} y @returns {number} the map in front at a point; -1 for none */
  hit(x, y) {
    const { xs, ys, across, down, side } = this.lie, { rows, columns, count } = this.maps, det = across[0] * down[1] - across[1] * down[0];
    /** @param {number} k @param {number} far share of its thickness */
    const inside = (k, far) => {
      const dx = x - xs[k] - far * side[0], dy = y - ys[k] - far * side[1], c = (dx * down[1] - dy * down[0]) / det, r = (across[0] * dy - across[1] * dx) / det;
      return c >= 0 && c < columns && r >= 0 && r < rows;
    };
    if (x < this.clip.x || y < this.clip.y || y > this.clip.y + this.clip.height) return -1;
    for (let k = 0; k < count; k++) if (inside(k, 0) || (side[0] && (inside(k, 0.5) || inside(k, 1)))) return k;
    return -1;
  }
}
