// The ribbon of a network with blocks, by keys: left and right go from stop to stop, up and down between the ways of a
// block, Escape folds it.

const STOPS = ".folded :is(.stop, .fold, .edit)";

/** Where a key leads from a stop; nothing where it leads nowhere. @param {string} key @param {Found} here */
function target(key, here) {
  const lane = here.closest(".lanes > li"), stops = [...document.querySelectorAll(STOPS)], at = stops.indexOf(here);
  return {
    ArrowLeft: () => stops[at - 1],
    ArrowRight: () => stops[at + 1],
    ArrowUp: () => lane?.previousElementSibling?.querySelector(".stop"),
    ArrowDown: () => lane?.nextElementSibling?.querySelector(".stop"),
  }[key]();
}

export function begin() {
  document.addEventListener("keydown", (event) => {
    const here = /** @type {Found} */ (event.target).closest?.(STOPS);
    if (!here || event.altKey || event.ctrlKey || event.metaKey) return;
    const fold = event.key === "Escape" && here.closest(".tab")?.querySelector(".fold");
    if (!fold && !/^Arrow(Left|Right|Up|Down)$/.test(event.key)) return;
    event.preventDefault(); // the window of the figure stays
    const next = fold || target(event.key, here);
    next?.focus();
    if (fold) fold.click();
  }, { capture: true });
  const sheet = /** @type {HTMLLinkElement | null} */ (document.querySelector('link[href$="/explorer/blocks.css"]'));
  const show = () => document.querySelector(".folded li[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  if (!sheet?.sheet) sheet?.addEventListener("load", show); // until it has come nothing of the ribbon was there to be seen
}
