// The written sums: each is made by the server and kept here; the newest request wins, and one that is late says so.

const KEPT = 400;
const LATE_MS = 120;

export class Sums {
  /** @param {(at: string) => string} address @param {(at: string, text: string) => void} show
   *  @param {() => void} late the sum on the screen is no longer that of the place */
  constructor(address, show, late) {
    this.address = address;
    this.show = show;
    this.late = late;
    this.kept = new Map();
    this.asked = new Map();
    this.wanted = "";
  }

  /** Shows the sum of a place, at once where it is here, else as soon as it comes. @param {string} at */
  async want(at) {
    this.wanted = at;
    const kept = this.kept.get(at);
    if (kept) {
      clearTimeout(this.timer);
      this.timer = 0;
      this.show(at, kept);
      return;
    }
    this.timer ||= setTimeout(() => this.late(), LATE_MS);
    const text = await this.fetch(at);
    if (text === null || this.wanted !== at) return;
    clearTimeout(this.timer);
    this.timer = 0;
    this.show(at, text);
  }

  /** @param {string} at @returns {Promise<string | null>} */
  async fetch(at) {
    if (this.kept.has(at)) return this.kept.get(at);
    if (!this.asked.has(at)) this.asked.set(at, this.ask(at));
    return this.asked.get(at);
  }

  /** @param {string} at */
  async ask(at) {
    const answer = await fetch(this.address(at)).catch(() => null);
    const text = answer?.ok ? await answer.text() : null;
    this.asked.delete(at);
    if (text !== null) {
      if (this.kept.size >= KEPT) this.kept.delete(this.kept.keys().next().value);
      this.kept.set(at, text);
    }
    return text;
  }
}
