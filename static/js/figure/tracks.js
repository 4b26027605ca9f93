// Where the window is at each place along one axis, as the server has written it: "start step size" where it slides
// evenly, or a run "first:end" of cells for each place, ":" where the place reads none.

/** @typedef {{run: (place: number) => [number, number] | null, nearest: (cell: number) => number}} Track */

/** @param {string} text @returns {Track} */
export const track = (text) => text.includes(":") ? table(text.split(" ").map(runOf)) : even(text.split(" ").map(Number));

/** @param {string} text @returns {[number, number] | null} */
const runOf = (text) => text === ":" ? null : /** @type {[number, number]} */ (text.split(":").map(Number));

/** @param {number[]} window its start, step and size @returns {Track} */
const even = ([start, step, size]) => ({
  run: (place) => [start + place * step, start + place * step + size],
  nearest: (cell) => Math.round((cell - size / 2 - start) / step),
});

/** @param {([number, number] | null)[]} runs @returns {Track} */
function table(runs) {
  return {
    run(place) { // between two places, on its way from one run to the other
      const before = runs[Math.floor(place)], after = runs[Math.ceil(place)], part = place % 1;
      if (!before || !after) return runs[Math.round(place)];
      return [before[0] + (after[0] - before[0]) * part, before[1] + (after[1] - before[1]) * part];
    },
    nearest(cell) {
      let best = 0, least = Infinity;
      runs.forEach((run, place) => {
        const away = run ? Math.abs((run[0] + run[1]) / 2 - cell) : Infinity;
        if (away < least) [best, least] = [place, away];
      });
      return best;
    },
  };
}

/** Which rows, or columns, of the filter meet a cell at each place. @param {string} text */
export const meetings = (text) => text.split(" ").map((taps) => taps === "-" ? [] : taps.split(",").map(Number));

/** The path of the cells of a filter that are in none of these rows or columns. @param {number[]} size @param {number[]} down @param {number[]} across */
export function unmet([rows, columns], down, across) {
  let d = "";
  for (let row = 0; row < rows; row++) {
    if (!down.includes(row)) d += `M0 ${row}h${columns}v1h-${columns}z`;
    else for (let column = 0; column < columns; column++) if (!across.includes(column)) d += `M${column} ${row}h1v1h-1z`;
  }
  return d;
}
