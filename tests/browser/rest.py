"""When a page is at rest: a state to wait for, where nothing on the screen says that all has been done.

From its first script on a page counts what it still waits for: answers and their bodies, pictures, timers, frames. A
page at rest waits for nothing and moves nothing, for two frames, in which observers of sizes would have begun.
"""

from playwright.sync_api import Locator, Page

LONGEST = 30  # seconds; then the test fails, and says what the page still waits for
COUNT = """(() => {
  const waits = new Set(), frame = requestAnimationFrame;
  const counted = (what, promise) => {
    const wait = { what };
    waits.add(wait);
    return promise.finally(() => waits.delete(wait));
  };
  const count = (home, name) => {
    const real = home[name];
    home[name] = function (...args) { return counted(`${name} ${args[0] ?? ""}`, real.apply(this, args)); };
  };
  count(window, "fetch");
  count(window, "createImageBitmap");
  count(HTMLImageElement.prototype, "decode");
  for (const name of ["arrayBuffer", "blob", "json", "text"]) count(Response.prototype, name);
  const { toBlob } = HTMLCanvasElement.prototype, { send } = XMLHttpRequest.prototype;
  HTMLCanvasElement.prototype.toBlob = function (told, ...how) {
    counted("toBlob", new Promise((done) => toBlob.call(this, (blob) => { done(); told(blob); }, ...how)));
  };
  XMLHttpRequest.prototype.send = function (...args) {
    counted("send", new Promise((done) => this.addEventListener("loadend", done)));
    send.apply(this, args);
  };
  const hold = (start, end) => {
    const begin = window[start], stop = window[end], pending = new Map();
    const over = (id) => { waits.delete(pending.get(id)); pending.delete(id); };
    window[start] = (act, ms = 0, ...args) => {
      if (typeof act !== "function" || ms >= 60000) return begin.call(window, act, ms, ...args); // a limit, not work
      const id = begin.call(window, (...told) => { over(id); act(...told); }, ms, ...args), wait = { what: start };
      pending.set(id, wait);
      waits.add(wait);
      return id;
    };
    window[end] = (id) => { over(id); stop.call(window, id); };
  };
  hold("setTimeout", "clearTimeout");
  hold("requestAnimationFrame", "cancelAnimationFrame");
  const moving = () => document.getAnimations().filter(({ playState, effect }) =>
    playState === "running" && effect.getComputedTiming().endTime < Infinity);
  const scripts = () => document.querySelector("meta[name=scripts]") && !document.documentElement.matches(".ready");
  const styles = () => [...document.documentElement.classList].filter((name) => name.startsWith("no-")); // on their way
  const what = () => [
    ...[...waits].map((wait) => wait.what), ...moving().map(() => "an animation"),
    ...(scripts() ? ["its scripts"] : []), ...styles(),
  ];
  const quiet = () => new Promise((tell) => frame(() => tell(!what().length)));
  window.atRest = async (seconds) => {
    const late = performance.now() + 1000 * seconds;
    for (let frames = 0; frames < 2; frames = await quiet() ? frames + 1 : 0) {
      if (performance.now() > late) throw new Error(`not at rest after ${seconds} s: ${what().join(", ")}`);
      if (frames) continue;
      const pictures = [...document.images, ...document.querySelectorAll("image")];
      await Promise.all(pictures.filter((e) => e.loading !== "lazy").map((e) => e.decode?.().catch(() => {})));
    }
  };
})();"""  # fmt: skip


def rest(page: Page) -> None:
    """Wait until a page is at rest."""
    page.evaluate("(seconds) => window.atRest(seconds)", LONGEST)


def follow(acted: Locator, key: str = "") -> None:
    """Click a link or a button of a page without scripts, or press a key there, and wait for the page that follows."""
    with acted.page.expect_navigation():
        if key:
            acted.press(key)
        else:
            acted.click()
