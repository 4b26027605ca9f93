// The keys of a lesson, on its page, in its frame and in the speaker's window. Which key does what stands in one table on
// the server, app/classroom/keyboard.py, and comes with the list of keys on the page.

const MOVING = new Set(["ArrowRight", "ArrowLeft"]); // which in the figure move the window

/** Whether keys of a single character act. */
const single = () => !/(^|; )keys=off/.test(document.cookie);

/** The keys that the page lists, and what each does. @returns {Map<string, string>} */
function table() {
  const found = new Map();
  for (const line of document.querySelectorAll("#help [data-keys]")) {
    for (const pair of line.dataset.keys.split(" ")) {
      const at = pair.lastIndexOf(":");
      found.set(pair.slice(0, at).replace("Space", " "), pair.slice(at + 1));
    }
  }
  return found;
}

/** Listens to the keys in a document, before anything in it does. @param {Document} where @param {Record<string, () => void>} acts
 * @param {AbortSignal} [signal] */
export function listen(where, acts, signal) {
  const keys = table(), framed = where !== document;
  where.addEventListener("keydown", (event) => {
    const { key, target } = event, act = keys.get(key.length === 1 ? key.toLowerCase() : key);
    if (!act || event.altKey || event.ctrlKey || event.metaKey || where.querySelector("dialog[open]")) return;
    if (typing(target, key) || (framed && MOVING.has(key))) return;
    if (key.length === 1 && key !== " " && !single()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    acts[act]?.();
  }, { capture: true, signal });
}

/** Whether a key belongs to what has the focus. @param {EventTarget} target @param {string} key */
function typing(target, key) {
  if (key.startsWith("Page")) return target.matches?.("textarea");
  if (target.closest?.("input, select, textarea, [contenteditable]")) return true;
  return key === " " && Boolean(target.closest?.("button, summary, a"));
}
