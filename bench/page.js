// What bench/page.py asks a page, put into it before anything else runs.
window.told = { shift: 0, blocked: 0, first: 0, largest: 0, painted: 0, ready: 0 };
const see = (type, act) => new PerformanceObserver((list) => list.getEntries().forEach(act)).observe({ type, buffered: true });
see("layout-shift", (entry) => { told.shift += entry.value; });
see("longtask", (entry) => { told.blocked += entry.duration - 50; });
see("paint", (entry) => { if (entry.name === "first-contentful-paint") told.first = entry.startTime; });
see("largest-contentful-paint", (entry) => { told.largest = entry.startTime; });
document.addEventListener("DOMContentLoaded", async () => { // painted: the frame after the last picture is decoded
  const pictures = [...document.images, ...document.querySelectorAll("svg image")].filter((picture) => picture.loading !== "lazy");
  await Promise.all(pictures.map((picture) => picture.decode()));
  told.painted = Math.max(await frame(), told.first);
});
new MutationObserver(async (_, watch) => { // the scripts have come, and begun
  if (!document.documentElement?.matches(".ready")) return;
  watch.disconnect();
  told.ready = await frame();
}).observe(document, { attributes: true, subtree: true, attributeFilter: ["class"] });

/** The time when the next frame has been drawn. */
window.frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))));

const CHANGES = ["load", "htmx:after:swap", "cs:filtered"]; // a picture has come, or a part of the page
const QUIET_MS = 400, PATIENCE_MS = 10_000;

/** Milliseconds from an act to the frame after the last change that it makes to what is in sight.
 *  @param {() => void} act @param {string} [event] with which the time begins, else with the act */
window.painted = async (act, event) => {
  let from = event ? 0 : performance.now(), last = 0;
  const stop = new AbortController(), heard = { capture: true, signal: stop.signal };
  const seen = async ({ target }) => {
    if (from && (target === document || target.checkVisibility?.())) last = await frame();
  };
  for (const name of CHANGES) document.addEventListener(name, seen, heard);
  if (event) document.addEventListener(event, () => { from ||= performance.now(); }, heard);
  await act();
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < (last ? last + QUIET_MS : end)) await new Promise((done) => setTimeout(done, 20));
  stop.abort();
  return last - from;
};

/** The bytes that each page, style and script came in. */
window.fetched = () => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .filter((entry) => entry.entryType === "navigation" || /\.(css|js)$/.test(new URL(entry.name).pathname))
  .map((entry) => entry.encodedBodySize);

/** Frames a second, and the longest between two, during some time. @param {number} ms */
window.frames = async (ms) => {
  const times = [await new Promise(requestAnimationFrame)];
  while (times.at(-1) < times[0] + ms) times.push(await new Promise(requestAnimationFrame));
  return [1000 * (times.length - 1) / (times.at(-1) - times[0]), Math.max(...times.slice(1).map((time, i) => time - times[i]))];
};

/** Turns the stack to and fro, a little each frame. */
window.turning = () => {
  /** @type {any} */ (document.querySelector("cs-stack")).rotate(30 + 30 * Math.sin(performance.now() / 400));
  requestAnimationFrame(window.turning);
};

/** Scrolls the page to and fro, a little each frame. */
window.scrolling = () => {
  const { scrollHeight, clientHeight } = document.documentElement;
  scrollTo(0, (scrollHeight - clientHeight) * (0.5 + 0.5 * Math.sin(performance.now() / 400)));
  requestAnimationFrame(window.scrolling);
};
