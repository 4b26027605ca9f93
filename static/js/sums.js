// The written sums: each is made by the server and kept here; the newest request wins.

const KEPT = 200;
const SPARE_MS = 120; // least time between two sums while places fly past

export class Sums {
  /** @param {(at: string) => string} address @param {(at: string, text: string) => void} show */
  constructor(address, show) {
    this.address = address;
    this.show = show;
    this.kept = new Map();
    this.wanted = "";
    this.last = 0;
  }

  /** Shows the sum of a place as soon as it is here. @param {string} at @param {boolean} hurried places fly past */
  async want(at, hurried = false) {
    this.wanted = at;
    clearTimeout(this.timer);
    const wait = hurried ? Math.max(0, this.last + SPARE_MS - performance.now()) : 0;
    if (wait) {
      this.timer = setTimeout(() => this.want(at), wait);
      return;
    }
    this.last = performance.now();
    const text = await this.fetch(at);
    if (text !== null && this.wanted === at) this.show(at, text);
  }

  /** @param {string} at @returns {Promise<string | null>} */
  fetch(at) {
    if (!this.kept.has(at)) {
      if (this.kept.size > KEPT) this.kept.clear();
      this.kept.set(at, fetch(this.address(at)).then((answer) => (answer.ok ? answer.text() : null), () => null).then((text) => {
        if (text === null) this.kept.delete(at);
        return text;
      }));
    }
    return this.kept.get(at);
  }
}
