// What was done can be undone and done again: states, the newest last, up to a number of bytes.

const MOST = 48_000_000;

/** @template {{ byteLength: number }} T */
export class History {
  #past = [];
  #future = [];
  #kept = false; // something was made before what can be undone

  /** @param {HTMLElement} section holds the buttons @param {() => T} now @param {(state: T) => void} show @param {AbortSignal} stop */
  constructor(section, now, show, stop) {
    this.section = section;
    this.now = now;
    this.show = show;
    this.buttons = ["undo", "redo"].map((name) => section.querySelector(`[data-do=${name}]`));
    this.buttons.forEach((button, i) => button.addEventListener("click", () => this.go(i ? 1 : -1)));
    section.addEventListener("keydown", (event) => {
      const key = event.key.toLowerCase();
      if (!(event.ctrlKey || event.metaKey) || !["z", "y"].includes(key)) return;
      event.preventDefault();
      this.go(key === "y" || event.shiftKey ? 1 : -1);
    }, { signal: stop });
  }

  /** Remembers how it is now, before it changes. */
  mark() {
    const state = this.now();
    this.#past.push(state);
    if (this.#past.length * state.byteLength > MOST) this.#past.shift();
    this.#future.length = 0;
    this.section.dataset.made = ""; // something would be lost
    this.#tell();
  }

  /** @param {-1 | 1} way */
  go(way) {
    const [from, to] = way < 0 ? [this.#past, this.#future] : [this.#future, this.#past];
    if (!from.length) return;
    to.push(this.now());
    this.show(from.pop());
    if (!this.#past.length && !this.#kept) delete this.section.dataset.made;
    this.#tell();
  }

  forget() {
    this.#kept ||= this.#past.length > 0;
    this.#past.length = this.#future.length = 0;
    this.#tell();
  }

  #tell() {
    [this.#past, this.#future].forEach((states, i) => { this.buttons[i].disabled = !states.length; });
  }
}
