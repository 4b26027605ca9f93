// What mouse, finger and keys do to a stack: turn it, scroll its grid, point at a map, open one.

const TURN_BY = 0.35; // degrees a px of a drag
const TURN_KEY = 5; // degrees a key
const ROLL_KEY = 48; // px a key
const LINE = 24; // px of a wheel that counts lines
const SLACK = { mouse: 4 }, FINGER = 8; // px that a press may move before it is a drag
const plain = (event) => !(event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented);

/** @typedef {import("./stack.js").Stack} Stack */

/** @param {Stack} stack @param {AbortSignal} signal */
export function handle(stack, signal) {
  const on = (name, act, target = /** @type {EventTarget} */ (stack)) => target.addEventListener(name, (event) => act(stack, event), { signal, passive: false });
  on("pointerdown", hold);
  on("pointermove", hover);
  on("pointerout", (_, event) => event.pointerType === "mouse" && event.target === stack.canvas && stack.point(-1));
  on("wheel", wheel);
  on("keydown", key);
  on("keydown", step, document);
}

/** Where on the canvas. @param {Stack} stack @param {PointerEvent} event @returns {[number, number]} */
function spot({ canvas }, event) {
  const box = canvas.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

/** What the mouse is over is named; a fan opens there. @param {Stack} stack @param {PointerEvent} event */
function hover(stack, event) {
  const { canvas, surface, lie, form } = stack;
  if (event.target !== canvas || stack.dragging || event.pointerType !== "mouse" || !lie) return;
  const [x, y] = spot(stack, event), { start, way } = lie;
  if (form === "fan" && way && y > surface.box.y && x > start - 40) stack.lens = Math.max(0, Math.min(1, (x - start) / way));
  stack.point(surface.hit(x, y), true, [x, y]);
}

/** A drag turns the stack or scrolls the grid; a press that stays where it is opens a map. @param {Stack} stack @param {PointerEvent} event */
function hold(stack, event) {
  const { canvas, turn, rolled } = stack, { clientX: x, clientY: y, pointerType: type } = event;
  if (event.target !== canvas || event.button > 0 || !stack.lie) return;
  canvas.setPointerCapture(event.pointerId);
  const end = new AbortController(), signal = AbortSignal.any([end.signal, stack.abort.signal]);
  let moved = false;
  stack.dragging = true;
  canvas.addEventListener("pointermove", (e) => {
    moved ||= Math.hypot(e.clientX - x, e.clientY - y) > (SLACK[type] ?? FINGER);
    if (!moved) return;
    canvas.classList.add("held");
    if (stack.form === "grid") stack.roll(rolled - (e.clientY - y));
    else stack.rotate(turn - (e.clientX - x) * TURN_BY);
  }, { signal });
  const release = (e) => {
    end.abort();
    stack.dragging = false;
    canvas.classList.remove("held");
    if (moved) stack.keep();
    else if (e.type === "pointerup") stack.open(stack.surface.hit(...spot(stack, e)));
  };
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, release, { signal });
}

/** @param {Stack} stack @param {WheelEvent} event */
function wheel(stack, event) {
  if (event.target !== stack.canvas || stack.form !== "grid" || !stack.most || event.ctrlKey) return;
  event.preventDefault();
  stack.point(-1);
  stack.roll(stack.rolled + event.deltaY * [1, LINE, stack.surface.box.height][event.deltaMode]);
  stack.show();
}

/** On the canvas keys turn or scroll; among the maps they go from one to the next. @param {Stack} stack @param {KeyboardEvent} event */
function key(stack, event) {
  if (!plain(event) || !stack.lie) return;
  const link = /** @type {Element} */ (event.target).closest("svg a"), flat = stack.form === "grid", line = flat ? stack.lie.best : 1;
  const along = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -line, ArrowDown: line, Home: -Infinity, End: Infinity }[event.key];
  const page = "projector" in document.documentElement.dataset ? 0 : stack.surface.box.height; // a clicker's keys are the path's there
  const down = { ArrowUp: -ROLL_KEY, ArrowDown: ROLL_KEY, PageUp: -page, PageDown: page, Home: -Infinity, End: Infinity }[event.key];
  const round = { ArrowLeft: -TURN_KEY, ArrowRight: TURN_KEY, Home: -Infinity, End: Infinity }[event.key];
  if (link) {
    if (along === undefined) return;
    const links = [...stack.querySelectorAll("svg a")];
    links[Math.max(0, Math.min(links.length - 1, links.indexOf(link) + along))].focus();
  } else if (event.target !== stack.canvas) return;
  else if (event.key === "Enter") stack.open(stack.channel);
  else if (flat && down) stack.roll(stack.rolled + down);
  else if (!flat && round) stack.rotate(stack.turn + round);
  else return;
  if (!link) stack.keep();
  event.preventDefault();
}

/** The map before or after, with the keys that choose filters everywhere. @param {Stack} stack @param {KeyboardEvent} event */
function step(stack, event) {
  const by = { "[": -1, "]": 1 }[event.key];
  if (!by || !plain(event) || !stack.surface || /** @type {Element} */ (event.target).closest("input, select, textarea") || document.querySelector("dialog[open]")) return;
  stack.open(stack.channel + by);
  event.preventDefault();
}
