// What the page says of a place, its sum or a look: each is made by the server and kept here; the newest request wins, and
// one that is late says so.

const KEPT = 400;
const LATE_MS = 120;

export class Parts {
  /** @param {(at: string) => string} address @param {(at: string, text: string) => void} show
   *  @param {() => void} late what is on the screen is no longer that of the place */
  constructor(address, show, late) {
    this.address = address;
    this.show = show;
    this.late = late;
    this.kept = new Map();
    this.asked = new Map();
    this.wanted = "";
    this.waiting = false;
    this.pause = 0; // ms between two that are shown while places fly past; laying one out takes a frame or two
    this.timer = 0;
    this.age = 0;
  }

  /** What is kept is no longer so: something else than the place decides it, and has changed. */
  forget() {
    this.kept.clear();
    this.asked.clear();
    this.age++;
  }

  /** Shows the part of a place, at once where it is here, else as soon as it comes; while places fly past, what comes.
   *  @param {string} at */
  async want(at) {
    this.wanted = at;
    if (this.kept.has(at)) {
      this.tell(at, this.kept.get(at));
      return;
    }
    this.timer ||= setTimeout(() => this.late(), LATE_MS);
    if (this.waiting) return; // whoever waits goes on to the newest
    this.waiting = true;
    let text = "", now = "", { age } = this;
    while (text !== null && (now !== this.wanted || age !== this.age)) {
      now = this.wanted;
      ({ age } = this);
      text = await this.fetch(now);
      if (text !== null) this.tell(now, text);
      if (this.pause && now !== this.wanted) await new Promise((done) => setTimeout(done, this.pause));
    }
    this.waiting = false;
  }

  /** @param {string} at @param {string} text */
  tell(at, text) {
    clearTimeout(this.timer);
    this.timer = 0;
    this.show(at, text);
    if (at !== this.wanted) this.late();
  }

  /** @param {string} at @returns {Promise<string | null>} */
  async fetch(at) {
    if (this.kept.has(at)) return this.kept.get(at);
    if (!this.asked.has(at)) this.asked.set(at, this.ask(at));
    return this.asked.get(at);
  }

  /** @param {string} at */
  async ask(at) {
    const { age } = this, answer = await fetch(this.address(at)).catch(() => null);
    const text = answer?.ok ? await answer.text() : null;
    if (age !== this.age) return text;
    this.asked.delete(at);
    if (text !== null) {
      if (this.kept.size >= KEPT) this.kept.delete(this.kept.keys().next().value);
      this.kept.set(at, text);
    }
    return text;
  }
}
