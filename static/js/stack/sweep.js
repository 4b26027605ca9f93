// Hundreds of sheets while they move: a canvas needs some 40 µs for each slanted picture, which is too long for hundreds
// of them, so they are swept column by column of the screen instead, looking their pixels up. What stands still is
// painted by volume.js, with smooth edges.
//
// `down` is upright in every form, so in one column of the screen a sheet is one span, and hides of the next a span.

const FEWEST = 40; // sheets; fewer are painted as they are

/** @param {{count: number}} sheets */
export const many = (sheets) => sheets.count > FEWEST;

export class Sweep {
  /** @param {import("./volume.js").Sheets} sheets in one picture @param {string} lit @param {string} shade over tops and sides */
  constructor(sheets, lit, shade) {
    this.sheets = sheets;
    const [bitmap] = sheets.bitmaps, { width, height } = bitmap;
    this.width = width;
    const [front, top, edge] = ["", lit, shade].map((veil) => {
      const pen = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
      pen.drawImage(bitmap, 0, 0);
      if (veil) {
        pen.fillStyle = veil;
        pen.globalCompositeOperation = "source-atop";
        pen.fillRect(0, 0, width, height);
      }
      return new Uint32Array(pen.getImageData(0, 0, width, height).data.buffer);
    });
    this.front = front;
    this.top = top;
    this.edge = edge;
    this.corners = Int32Array.from({ length: sheets.count }, (_, k) => {
      const [, x, y] = sheets.tile(k);
      return y * width + x;
    });
  }

  /** Draws into a box, px. @param {CanvasRenderingContext2D} pen @param {import("./volume.js").Lie} lie
   *  @param {import("./arrangement.js").Box} box @param {number} without a sheet that is left out */
  draw(pen, lie, box, without) {
    const wide = Math.ceil(box.width), tall = Math.ceil(box.height), left = Math.round(box.x), upper = Math.round(box.y);
    if (this.canvas?.width !== wide || this.canvas.height !== tall) {
      this.canvas = new OffscreenCanvas(wide, tall);
      this.pen = this.canvas.getContext("2d");
      this.image = this.pen.createImageData(wide, tall);
      this.out = new Uint32Array(this.image.data.buffer);
    }
    this.out.fill(0);
    for (let x = 0; x < wide; x++) this.column(x, x + left + 0.5, upper, wide, tall, lie, without);
    this.pen.putImageData(this.image, 0, 0);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(this.canvas, left, upper);
  }

  /** @param {number} at @param {number} x @param {number} upper @param {number} wide @param {number} tall
   *  @param {import("./volume.js").Lie} lie @param {number} without */
  column(at, x, upper, wide, tall, { xs, ys, across, down, side }, without) {
    const { rows, columns, count } = this.sheets, { out, corners } = this, [ax, ay] = across, d = down[1], [sx, sy] = side;
    const reach = columns * ax, high = rows * d, thick = Math.abs(sx) + Math.abs(sy) > 0.3, far = sx > 0 ? reach : 0;
    const rise = sy - (sx * ay) / ax; // of a top from its front edge to its back edge
    let behind = -1, top = 0, bottom = 0, column = 0; // the sheet that is painted once the one before it is known
    for (let k = count - 1; k >= -1; k--) {
      let found = -1, hides = 0, ends = 0, cell = 0;
      if (k >= 0) {
        if (k === without) continue;
        const across = x - xs[k];
        if (across >= 0 && across < reach) {
          found = k;
          cell = across / ax;
          hides = ys[k] + cell * ay - upper;
          ends = hides + high;
        }
      }
      if (behind >= 0) {
        const tint = this.front, from = corners[behind] + (column | 0);
        if (found < 0 || hides >= bottom || ends <= top) this.fill(tint, from, at, top, bottom, top, d, wide, tall);
        else {
          if (top < hides) this.fill(tint, from, at, top, hides, top, d, wide, tall);
          if (ends < bottom) this.fill(tint, from, at, ends, bottom, top, d, wide, tall);
        }
      }
      behind = found;
      top = hides;
      bottom = ends;
      column = cell;
      if (k < 0 || !thick) continue;
      const side = x - xs[k] - far, b = side / sx;
      if (b >= 0 && b < 1) {
        const y = ys[k] + (far / ax) * ay + b * sy - upper;
        this.fill(this.edge, corners[k] + (sx > 0 ? columns - 1 : 0), at, y, y + high, y, d, wide, tall);
      }
      const one = (x - xs[k]) / sx, two = (x - xs[k] - reach) / sx, near = Math.max(0, Math.min(one, two)), back = Math.min(1, Math.max(one, two));
      if (near >= back) continue;
      const base = ys[k] + ((x - xs[k]) / ax) * ay - upper, low = base + near * rise, lid = base + back * rise;
      for (let y = Math.max(0, Math.round(lid)); y < Math.min(tall, Math.round(low)); y++) {
        const c = (x - xs[k] - ((y + 0.5 - base) / rise) * sx) / ax;
        out[y * wide + at] = this.top[corners[k] + Math.max(0, Math.min(columns - 1, c | 0))];
      }
    }
  }

  /** Fills the span from `first` to `last` of a column of the screen with a column of a sheet that begins at `top`.
   *  @param {Uint32Array} pixels @param {number} from @param {number} at @param {number} first @param {number} last @param {number} top
   *  @param {number} d px a cell @param {number} wide @param {number} tall */
  fill(pixels, from, at, first, last, top, d, wide, tall) {
    const { out, width } = this, end = Math.min(tall, Math.round(last)), most = this.sheets.rows - 1;
    for (let y = Math.max(0, Math.round(first)), i = y * wide + at; y < end; y++, i += wide) {
      let row = ((y + 0.5 - top) / d) | 0;
      if (row > most) row = most;
      out[i] = pixels[from + row * width];
    }
  }
}
