// Which chapters are done, and where one was last: kept in this browser, and nowhere else.

const KEY = "lesson";

/** @returns {{done: string[], at: string}} */
export function kept() {
  try {
    const { done, at } = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return { done: Array.isArray(done) ? done : [], at: typeof at === "string" ? at : "" };
  } catch {
    return { done: [], at: "" };
  }
}

/** Notes where one is, and that a chapter is done. @param {string} at an address @param {string} [name] */
export function keep(at, name) {
  const before = kept(), done = name && !before.done.includes(name) ? [...before.done, name] : before.done;
  try {
    localStorage.setItem(KEY, JSON.stringify({ done, at }));
  } catch { /* the browser keeps nothing: then it is as new each time */ }
}

/** Marks what is done wherever chapters are listed. @param {ParentNode} where */
export function mark(where) {
  const { done } = kept();
  for (const each of where.querySelectorAll("[data-lesson]")) each.classList.toggle("done", done.includes(each.dataset.lesson));
}
