// The keyboard: one table. What is typed into a field is the field's.

/** @type {Record<string, (explorer: import("./explorer.js").Explorer) => void>} */
const KEYS = {
  " ": (x) => x.press("play"),
  ArrowLeft: (x) => x.nudge(0, -1),
  ArrowRight: (x) => x.nudge(0, 1),
  ArrowUp: (x) => x.nudge(-1, 0),
  ArrowDown: (x) => x.nudge(1, 0),
  Home: (x) => x.press("first"),
  End: (x) => x.press("last"),
  "[": (x) => x.turn(-1),
  "]": (x) => x.turn(1),
};

/** Keys that press something on the page. */
const PRESSES = {
  v: () => document.querySelector('[data-key="V"]'),
  "{": () => document.querySelector(".ribbon li[aria-current]")?.previousElementSibling?.querySelector("a.stop"),
  "}": () => document.querySelector(".ribbon li[aria-current]")?.nextElementSibling?.querySelector("a.stop"),
  "?": () => document.querySelector("#help-open"),
};

/** @param {() => import("./explorer.js").Explorer} current @param {AbortSignal} [signal] */
export function listen(current, signal) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.key === "Escape") return escape(event);
    if (target.closest("input, select, textarea, [contenteditable]")) return;
    if (event.key === " " && target.closest("button, summary")) return;
    if (event.key.startsWith("Arrow") && target.closest(".terms") && target.closest(".terms").scrollWidth > target.closest(".terms").clientWidth) return;
    const explorer = current(), act = explorer?.plate && KEYS[event.key], press = PRESSES[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (act) {
      event.preventDefault();
      act(explorer);
    } else if (press?.()) {
      event.preventDefault();
      press().click();
    }
  }, { signal });
}

/** One level back: a menu, then a card, then the fan. @param {KeyboardEvent} event */
function escape(event) {
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
    return;
  }
  document.querySelector("#card-close, .fanhead .act")?.click();
}
