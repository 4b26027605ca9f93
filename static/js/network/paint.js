// Draws a scene of the network view on its canvas, as far as the light has come; what it has not reached is blank paper.
import { filterOf } from "../stack/signs.js";
import { bitmap, outline } from "../stack/volume.js";
import { AX, AY, DY, tall, wide, ZX, ZY } from "./scene.js";

const ROLES = ["window", "filter", "result", "halo", "ink", "ink-2", "hair", "hover", "paper", "figure"];
const GAP = 1; // px between two tiles of the sheet
const WORD = 6; // px between two words

/** @typedef {import("./scene.js").Scene} Scene
 *  @typedef {import("./scene.js").Sheet} Sheet
 *  @typedef {import("./scene.js").Drawing} Drawing */

export class Paper {
  /** @param {HTMLCanvasElement} canvas @param {Drawing} drawing */
  constructor(canvas, drawing) {
    this.canvas = canvas;
    this.drawing = drawing;
    this.pen = canvas.getContext("2d");
    /** @type {ImageBitmap} */
    this.sheet = null;
    /** @type {ImageBitmap} */
    this.photo = null;
    /** @type {ImageBitmap[]} */
    this.sources = [];
    this.filter = "none"; // of the pen that paints maps
    this.width = this.height = 0; // px
    this.ratio = 1;
  }

  /** Fetches the pictures: that of all maps, the photo, and where few maps are seen its channels. */
  async load() {
    const { sheet, photo, sources } = this.drawing;
    [this.sheet, this.photo, ...this.sources] = await Promise.all([sheet, photo.href, ...sources].map(bitmap));
    this.filter = await filterOf(sheet);
    return this;
  }

  /** Takes the size of its box, and colours and letters of the page. @param {number} width @param {number} height */
  fit(width, height) {
    const { canvas } = this, ratio = devicePixelRatio, size = [width, height].map((length) => Math.round(length * ratio));
    if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const style = getComputedStyle(canvas);
    this.colours = Object.fromEntries(ROLES.map((role) => [role, style.getPropertyValue(`--${role}`).trim()]));
    this.size = parseFloat(style.fontSize);
    this.family = style.fontFamily;
    this.width = width;
    this.height = height;
    this.ratio = ratio;
  }

  /** @param {Scene} scene @param {number} light how far it has come, px @param {Sheet[]} marked what is pointed at, or has the focus */
  draw(scene, light, marked) {
    const { pen, colours, ratio, width, height } = this;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.save();
    pen.beginPath();
    if (scene.fall) pen.rect(0, 0, width, Math.min(light, height));
    else pen.rect(0, 0, Math.min(light, width), height);
    pen.clip();
    for (const { role, points, edges, alpha } of scene.lights) {
      this.fill(points, colours[role], alpha);
      for (const edge of edges) this.line(edge, colours[role], role === "window" ? 1.2 : 1.5, role === "window" ? 0.55 : 1);
    }
    for (const { role, points, alpha } of scene.lines) this.line(points, colours[role], 1.2, alpha);
    pen.restore();
    if (this.sources.length) [...this.sources.keys()].reverse().forEach((k) => this.lay(this.sources[k], [0, 0, this.sources[k].width, this.sources[k].height], { ...scene.photo, x: scene.photo.x + (scene.fall ? 4 : 19) * (k + 1), y: scene.photo.y - (scene.fall ? 2 : 9) * (k + 1), depth: 3 }));
    this.lay(this.photo, [0, 0, this.photo.width, this.photo.height], scene.photo);
    const lit = (sheet) => (scene.fall ? sheet.y + tall(sheet.w, sheet.h) <= light + 14 : sheet.x + wide(sheet.w) <= light + 2);
    for (const sheet of scene.sheets) this.lay(lit(sheet) ? this.sheet : null, this.tile(sheet), sheet);
    for (const sheet of marked) this.ring(sheet, "ink", 3);
    this.words(scene);
  }

  /** Where a tile lies in the picture of all maps. @param {Sheet} sheet */
  tile({ layer, index }) {
    const [top, , rows, columns] = this.drawing.strips[layer];
    return [index * (columns + GAP), top, columns, rows];
  }

  /** A sheet as the plate has it: its face, and thin sides; without a picture it is blank paper.
   *  @param {ImageBitmap | null} image @param {number[]} part of the image @param {Sheet} sheet */
  lay(image, [left, top, columns, rows], sheet) {
    const { pen, colours, ratio } = this, { x, y, w, h, depth, ring } = sheet, [a, b, c, d] = corners(sheet);
    const back = ([px, py]) => [px + ZX * depth, py + ZY * depth];
    this.fill([a, b, back(b), back(a)], colours.hover, 1);
    this.fill([b, c, back(c), back(b)], colours.hair, 1);
    this.fill([a, b, c, d], colours.paper, 1);
    if (image) {
      pen.save();
      pen.setTransform((ratio * AX * w) / columns, (ratio * AY * w) / columns, 0, (ratio * DY * h) / rows, ratio * x, ratio * y);
      pen.imageSmoothingEnabled = w * ratio < columns * 0.98;
      pen.imageSmoothingQuality = "high";
      if (image === this.sheet) pen.filter = this.filter;
      pen.drawImage(image, left, top, columns, rows, 0, 0, columns, rows);
      pen.restore();
    }
    this.line([a, back(a), back(b), back(c), c, d, a, b, c], colours["ink-2"], 1, 0.45);
    if (ring) this.ring(sheet, ring, ring === "filter" ? 1.6 : 2.5);
  }

  /** @param {Sheet} sheet @param {string} role @param {number} width */
  ring(sheet, role, width) {
    const { pen, colours } = this, points = corners(sheet);
    pen.lineJoin = "round";
    if (role !== "filter") outline(pen, points, colours.halo, width + 2.5);
    outline(pen, points, colours[role], width);
  }

  /** Brackets with sizes, and the names of ways. @param {Scene} scene */
  words({ brackets, labels }) {
    const { pen, colours, size, family } = this;
    let free = 0;
    pen.textAlign = "center";
    pen.textBaseline = "alphabetic";
    for (const { from, to, y, text } of brackets) {
      pen.font = `400 ${size}px ${family}`;
      const half = pen.measureText(text).width / 2, middle = Math.max(half + 2, Math.min(this.width - half - 2, (from + to) / 2));
      this.line([[from, y - 5], [from, y], [to, y], [to, y - 5]], colours["ink-2"], 1.2, 0.8);
      if (middle - half < free) continue; // it would touch the one before
      pen.fillStyle = colours["ink-2"];
      pen.fillText(text, middle, y + size + 3);
      free = middle + half + 6;
    }
    pen.textAlign = "left";
    for (const { x, y, text, count } of labels) { // a name and, less heavy, how many maps there are
      const parts = /** @type {[string, number, string][]} */ ([[text, 650, "ink"], [count, 400, "ink-2"]]).filter(([part]) => part);
      const letters = (weight) => { pen.font = `${weight} ${size}px ${family}`; };
      const widths = parts.map(([part, weight]) => (letters(weight), pen.measureText(part).width));
      let at = x - (widths.reduce((sum, width) => sum + width, 0) + WORD * (parts.length - 1)) / 2;
      parts.forEach(([part, weight, role], k) => {
        letters(weight);
        pen.fillStyle = colours[role];
        pen.fillText(part, at, y + size / 2);
        at += widths[k] + WORD;
      });
    }
  }

  /** @param {number[][]} points @param {string} colour @param {number} alpha */
  fill(points, colour, alpha) {
    const { pen } = this;
    pen.globalAlpha = alpha;
    pen.fillStyle = colour;
    pen.beginPath();
    points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.fill();
    pen.globalAlpha = 1;
  }

  /** @param {number[][]} points @param {string} colour @param {number} width @param {number} alpha */
  line(points, colour, width, alpha) {
    const { pen } = this;
    pen.globalAlpha = alpha;
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.beginPath();
    points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.stroke();
    pen.globalAlpha = 1;
  }
}

/** From the top left clockwise. @param {Sheet} sheet @returns {import("../stack/volume.js").Point[]} */
const corners = ({ x, y, w, h }) => [[x, y], [x + AX * w, y + AY * w], [x + AX * w, y + AY * w + DY * h], [x, y + DY * h]];
