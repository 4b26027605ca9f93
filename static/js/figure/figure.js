// Moves what moves in a drawing that the server made: outlines, light, the number at its cell. See app/rendering/svg.py.
import { at, corners, numbers, path } from "./planes.js";
import { unmet } from "./tracks.js";

/** @typedef {import("./planes.js").Rectangle} Rectangle */

export class Figure {
  /** @param {SVGSVGElement} svg */
  constructor(svg) {
    this.svg = svg;
    const read = (name, make) => [...svg.querySelectorAll(`[data-${name}]`)].map(make);
    this.quads = read("quad", (e) => ({ e, of: e.dataset.quad, plane: numbers(e.dataset.plane) }));
    this.rays = read("rays", (e) => {
      const ends = numbers(e.dataset.ends);
      return { lines: [...e.children], of: e.dataset.rays, plane: numbers(e.dataset.plane), far: [0, 2, 4, 6].map((i) => [ends[i], ends[i + 1]]) };
    });
    this.tubes = read("tube", (e) => ({ lines: [...e.children], of: e.dataset.tube, plane: numbers(e.dataset.plane), back: numbers(e.dataset.far) }));
    this.leaders = read("leader", (e) => ({ e, of: e.dataset.leader, plane: numbers(e.dataset.plane), level: +e.dataset.level, side: +e.dataset.side || 1 }));
    this.tags = read("tag", (e) => ({ e, of: e.dataset.tag, plane: e.dataset.plane ? numbers(e.dataset.plane) : null, side: +e.dataset.side || 1 }));
    const hit = svg.querySelector("[data-map]");
    this.map = hit && numbers(hit.dataset.map);
  }

  /** @param {{window: Rectangle | null, cell: Rectangle}} places @param {string | null} text the number, where it is known
   *  @param {{down: number[], across: number[]}} [met] the rows and columns of the filter that meet a cell */
  draw(places, text, met) {
    this.svg.classList.toggle("unread", !places.window); // which hides the window
    if (met) for (const e of this.svg.querySelectorAll("[data-idle]")) e.setAttribute("d", unmet(numbers(e.dataset.idle), met.down, met.across));
    const there = ({ of }) => places[of];
    for (const { e, of, plane } of this.quads.filter(there)) e.setAttribute("d", path(corners(plane, places[of])));
    for (const { lines, of, plane, far } of this.rays.filter(there)) light(lines, corners(plane, places[of]), far);
    for (const { lines, of, plane, back } of this.tubes.filter(there)) light(lines, corners(plane, places[of]), corners(back, places[of]));
    for (const e of this.svg.querySelectorAll("[data-follow]")) { // they come and go
      if (!places[e.dataset.follow]) continue;
      const plane = numbers(e.dataset.plane), { top, left } = places[e.dataset.follow];
      e.setAttribute("transform", `matrix(${plane.slice(0, 4).join(" ")} ${at(plane, left, top).map((v) => v.toFixed(2)).join(" ")})`);
    }
    for (const { e, of, plane, level, side } of this.leaders) {
      const [x, y] = corners(plane, places[of])[1];
      e.setAttribute("d", `M${x.toFixed(1)} ${y.toFixed(1)}L${(x + 22 * side).toFixed(1)} ${level}h${8 * side}`);
    }
    for (const { e, of, plane, side } of this.tags) {
      if (plane) e.setAttribute("x", (corners(plane, places[of])[1][0] + 38 * side).toFixed(1));
      if (text !== null) e.textContent = text;
    }
  }
}

/** Four faces and four edges between two rectangles. @param {Element[]} lines @param {number[][]} near @param {number[][]} far */
function light(lines, near, far) {
  for (let i = 0; i < 4; i++) {
    const j = (i + 1) % 4;
    lines[i].setAttribute("d", path([near[i], near[j], far[j], far[i]]));
    lines[i + 4].setAttribute("d", path([near[i], far[i]], false));
  }
}
