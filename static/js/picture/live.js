// The camera, live: the newest frame is drawn at the size of the input and sent; when its maps are back, it and they are
// painted, and only then the next frame is taken. So nothing waits in line, and what is seen belongs together.
//
//   off ─ start ─► looking ─► frame ─► server ─► maps ─┐        stops: the button, a hidden page, another view,
//                     ▲─────────────────────────────────┘               a camera that is pulled out
import { openCamera } from "./feed.js";
import { file } from "./tool.js";

const AGAIN_MS = 600; // after an answer that was none: the server is busy
const WINDOW_MS = 2000; // over which frames are counted

/** @typedef {import("../explorer/explorer.js").Explorer} Explorer */

let running = null; // what holds the camera
let last = null; // the newest maps, to paint again where the view is drawn anew
const view = () => document.querySelector("#look .live");

/** Starts the camera, or stops it. @param {() => Explorer} explorer */
export function toggle(explorer) {
  if (running) stop();
  else start(explorer);
}

/** @param {() => Explorer} explorer */
async function start(explorer) {
  const run = { feed: null, abort: new AbortController(), extent: 0, painted: [] };
  running = run;
  const feed = await openCamera(view().dataset);
  if (typeof feed === "string") {
    running = null;
    say(feed);
    return;
  }
  run.feed = feed;
  if (running !== run) { close(run); return; }
  const { signal } = run.abort;
  document.addEventListener("cs:shown", () => { dress(); if (last) paint(last); }, { signal });
  document.addEventListener("htmx:after:swap", () => { if (view()) dress(); else stop(); }, { signal });
  await feed.play(stop, signal);
  say("");
  dress();
  while (running === run) await frame(run, explorer());
}

/** One frame, there and back. @param {Explorer} explorer */
async function frame(run, explorer) {
  await new Promise((next) => requestAnimationFrame(next));
  const seen = view()?.querySelector("canvas[data-input]"), canvas = document.createElement("canvas");
  if (!seen) { stop(); return; }
  [canvas.width, canvas.height] = [seen.width, seen.height];
  if (!run.feed.draw(canvas)) return;
  const form = new FormData(view().querySelector("form"));
  form.set("at", explorer.at);
  form.set("extent", run.extent);
  form.set("file", await file(canvas));
  const theme = `theme=${document.documentElement.dataset.theme ?? "light"}`;
  const answer = await fetch(`/parts/live?${theme}`, { method: "POST", body: form, signal: run.abort.signal }).catch(() => null);
  const bitmap = answer?.ok ? await answer.blob().then(createImageBitmap).catch(() => null) : null;
  if (running !== run) return;
  if (!bitmap) {
    await new Promise((next) => setTimeout(next, AGAIN_MS));
    return;
  }
  const told = JSON.parse(answer.headers.get("Convscope-Live"));
  run.extent = told.extent;
  last = { canvas, bitmap, told };
  paint(last);
  const now = performance.now();
  run.painted = [...run.painted.filter((at) => now - at < WINDOW_MS), now];
  rate(run.painted);
}

/** @param {{canvas: HTMLCanvasElement, bitmap: ImageBitmap, told: {value: string, end: string}}} frame and its maps */
function paint({ canvas: frame, bitmap, told }) {
  view()?.querySelector("canvas[data-input]").getContext("2d").drawImage(frame, 0, 0);
  for (const canvas of view()?.querySelectorAll("canvas[data-sheet]") ?? []) {
    const { width, height } = canvas, x = +canvas.dataset.sheet * (width + 1); // a gap of one pixel between maps
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, width, height);
    pen.drawImage(bitmap, x, 0, width, height, 0, 0, width, height);
  }
  const value = view()?.querySelector("[data-value]");
  if (value && value.textContent !== "?") value.textContent = told.value;
  for (const end of document.querySelectorAll("#look [data-end]")) end.textContent = told.end;
}

/** @param {number[]} painted when */
function rate(painted) {
  const told = view()?.querySelector("[data-rate]");
  if (!told || painted.length < 2) return;
  told.hidden = false;
  told.querySelector("b").textContent = ((1000 * (painted.length - 1)) / (painted.at(-1) - painted[0])).toFixed(0);
}

export function stop() {
  const run = running;
  running = last = null;
  if (!run) return;
  close(run);
  const told = view()?.querySelector("[data-rate]");
  if (told) told.hidden = true;
  if (view()) say(view().dataset.ended);
  dress();
}

function close(run) {
  run.abort.abort();
  run.feed?.close();
}

/** The button says what it does now. */
function dress() {
  const button = document.querySelector("[data-live]");
  if (button) button.textContent = running ? button.dataset.stop : button.dataset.start;
}

/** @param {string} sentence */
function say(sentence) {
  const told = view()?.querySelector("[role=status]");
  if (told) told.textContent = sentence;
}
