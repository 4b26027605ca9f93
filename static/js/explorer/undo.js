// Undo and redo: one step back or forward in the history, in which every change of the explorer is a step.
import { say } from "./say.js";

/** In a frame nothing is added to the history, and framed.js goes back. @type {{go: ((by: -1 | 1) => Promise<boolean>) | null}} */
export const own = { go: null };
let way = ""; // that the visitor went, until its page is there

/** Which way the page that is asked for lies. */
export const going = () => way;

export function arrived() {
  way = "";
}

/** Goes a step, as Back and Forward do, but not away from the explorer. @param {-1 | 1} by */
export async function step(by) {
  if (own.go) {
    way = by < 0 ? "undo" : "redo";
    if (await own.go(by)) return;
    way = "";
    nothing(by);
    return;
  }
  const { navigation } = window, entry = navigation?.entries()[navigation.currentEntry.index + by];
  const none = navigation && !/^\/(embed)?$/.test(entry?.url ? new URL(entry.url).pathname : "");
  if (none) {
    nothing(by);
    return;
  }
  way = by < 0 ? "undo" : "redo";
  history.go(by);
}

/** @param {-1 | 1} by */
function nothing(by) {
  say(document.querySelector("#spoken").dataset[by < 0 ? "first" : "last"]);
}

/** Whether a field has its own to undo: what was typed in it and not sent. @param {Found} target */
export const ownUndo = (target) => target.matches("textarea, input:not([type=checkbox], [type=radio], [type=range], [type=color])") && target.value !== target.defaultValue;
