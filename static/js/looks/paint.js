// Grey over a picture: strokes in its pixels, of which the last can be taken back.

/** @typedef {{radius: number, points: [number, number][]}} Stroke */

const GRAIN = 128; // of the alpha of a pixel, from which on it counts as painted

export class Paint {
  /** @param {number} width @param {number} height @param {string} colour */
  constructor(width, height, colour) {
    this.width = width;
    this.height = height;
    this.colour = colour;
    /** @type {Stroke[]} */
    this.strokes = [];
  }

  get any() {
    return this.strokes.length > 0;
  }

  /** @param {[number, number]} point @param {number} radius */
  begin(point, radius) {
    this.strokes.push({ radius, points: [point] });
  }

  /** @param {[number, number]} point */
  extend(point) {
    this.strokes.at(-1).points.push(point);
  }

  undo() {
    this.strokes.pop();
  }

  clean() {
    this.strokes = [];
  }

  /** Draws all strokes. @param {CanvasRenderingContext2D} pen @param {number} scale @param {string} colour @param {number} [more] on each side */
  draw(pen, scale, colour, more = 0) {
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = colour;
    for (const { radius, points } of this.strokes) {
      pen.lineWidth = 2 * (radius * scale + more);
      pen.beginPath();
      for (const [x, y] of [points[0], ...points]) pen.lineTo(x * scale, y * scale); // a single point is a dab
      pen.stroke();
    }
  }

  /** @param {HTMLCanvasElement} base @returns {HTMLCanvasElement} a picture with the strokes on it */
  over(base) {
    const canvas = this.canvas(), pen = canvas.getContext("2d");
    pen.drawImage(base, 0, 0);
    this.draw(pen, 1, this.colour);
    return canvas;
  }

  /** The share of the picture that is painted, 0 to 1. */
  get share() {
    const pen = this.canvas().getContext("2d", { willReadFrequently: true });
    this.draw(pen, 1, this.colour);
    const { data } = pen.getImageData(0, 0, this.width, this.height);
    let count = 0;
    for (let at = 3; at < data.length; at += 4) count += +(data[at] >= GRAIN);
    return count / (this.width * this.height);
  }

  canvas() {
    return Object.assign(document.createElement("canvas"), { width: this.width, height: this.height });
  }
}
