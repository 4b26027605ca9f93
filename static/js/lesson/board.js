// What a lesson needs on a projector: the screen filled, blanked, and a laser that points, over the frame too.

const root = document.documentElement;
let cover = null; // the blank screen, while it is
let dot = null; // the laser, while it is on
let where = [innerWidth / 2, innerHeight / 2];

/** Fills the screen, or leaves it. */
export function full() {
  if (document.fullscreenElement) document.exitFullscreen();
  else root.requestFullscreen?.().catch(() => {});
}

/** Blanks the screen until the next key or click, or until it is told again. @param {DOMStringMap} said what is said then
 * @param {Document} [framed] whose keys count too @param {(on: boolean) => void} [tell] */
export function blank(said, framed, tell = () => {}) {
  if (cover) return cover.click();
  const over = new AbortController(), { signal } = over;
  cover = Object.assign(document.createElement("div"), { id: "blank" });
  (document.querySelector("dialog[open]") ?? document.body).append(cover);
  say(said.blank);
  tell(true);
  const show = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    cover.remove();
    cover = null;
    over.abort();
    say(said.shown);
    tell(false);
  };
  for (const each of [window, framed?.defaultView]) each?.addEventListener("keydown", show, { signal, capture: true });
  cover.addEventListener("click", show, { signal });
}

/** @param {string} sentence */
function say(sentence) {
  document.querySelector("#spoken").textContent = sentence;
}

/** Turns the laser on or off. */
export function laser() {
  root.toggleAttribute("data-laser", !dot);
  dot?.remove();
  dot = dot ? null : document.body.appendChild(Object.assign(document.createElement("div"), { id: "laser" }));
  point();
}

/** Follows the pointer in a document; in a frame it is where the frame is. @param {Document} framed @param {HTMLIFrameElement} [frame] */
export function follow(framed, frame) {
  framed.addEventListener("pointermove", ({ clientX, clientY }) => {
    const { left, top } = frame?.getBoundingClientRect() ?? { left: 0, top: 0 };
    where = [clientX + left, clientY + top];
    point();
  }, { passive: true, capture: true });
}

function point() {
  if (dot) dot.style.transform = `translate(${where[0]}px, ${where[1]}px)`;
}
