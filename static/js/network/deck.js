// The tape deck of the network: the light runs through the layers, a segment a column, as long as its share of the work.
//
//   paused ── play ──► running ── the end, pause, or any other button ──► paused       done: 0 at the input, 1 at the scores
import { say } from "../explorer/say.js";

const RUN_MS = 6000; // from the input to the scores, at 1×
const STEP = 0.12; // of that, between two columns where no motion is wanted
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export class Deck {
  /** @param {any} transport the <cs-transport> @param {(done: number) => void} shone the light has come so far */
  constructor(transport, shone) {
    this.transport = transport;
    this.shone = shone;
    this.track = transport.querySelector("#scrub");
    this.bars = /** @type {HTMLProgressElement[]} */ ([...transport.querySelectorAll("progress")]);
    /** each with its last layer, its share of the track, and the work that is done at its end */
    this.stretches = this.bars.map(({ dataset }) => ({ last: +dataset.last, part: +dataset.part, work: +dataset.done }));
    const total = this.stretches.reduce((sum, { part }) => sum + part, 0);
    let end = 0;
    this.ends = this.stretches.map(({ part }) => (end += part / total));
    this.bars.forEach((bar, k) => { bar.style.flexGrow = String(this.stretches[k].part); });
    this.done = 1;
    this.speed = +transport.querySelector("#speed").value;
    this.running = 0;
  }

  /** @param {string} name @param {number | string} [value] */
  press(name, value) {
    if (name === "speed") this.speed = +value;
    else if (name === "play" && !this.running) this.play();
    else this.pause();
    if (name === "scrub") this.shine(+value / 9999);
    if (name === "first") this.shine(0);
    if (name === "last") this.shine(1);
    if (name === "next") this.shine(this.after);
    if (name === "back") this.shine(this.ends.findLast((end) => end < this.done - 1e-6) ?? 0);
  }

  /** Where the next segment ends. */
  get after() {
    return this.ends.find((end) => end > this.done + 1e-6) ?? 1;
  }

  play() {
    if (this.done >= 1) this.shine(0);
    let since = performance.now();
    this.transport.playing(true);
    say(this.transport.dataset.playing);
    const step = (now) => {
      const gone = ((now - since) / RUN_MS) * this.speed;
      if (!still() || gone >= STEP) {
        since = now;
        this.shine(still() ? this.after : this.done + gone);
      }
      if (this.done < 1) this.running = requestAnimationFrame(step);
      else this.pause();
    };
    this.running = requestAnimationFrame(step);
  }

  pause() {
    cancelAnimationFrame(this.running);
    if (!this.running) return;
    this.running = 0;
    this.transport.playing(false);
    say(this.track.getAttribute("aria-valuetext"));
  }

  /** The light has come so far. @param {number} done 0 to 1 */
  shine(done) {
    this.done = Math.max(0, Math.min(1, done));
    let from = 0, first = 0, before = 0, layer = 0, work = 0;
    this.stretches.forEach(({ last, work: whole }, k) => {
      const inside = Math.max(0, Math.min(1, (this.done - from) / (this.ends[k] - from)));
      this.bars[k].value = this.done < 1 ? inside : 1;
      if (inside > 0) {
        layer = this.done < 1 ? first + Math.max(1, Math.round(inside * (last + 1 - first))) : last + 1;
        work = this.done < 1 ? before + inside * (whole - before) : whole;
      }
      from = this.ends[k];
      first = last + 1;
      before = whole;
    });
    const { track, transport } = this, knob = track.querySelector("b");
    track.setAttribute("aria-valuenow", String(layer));
    track.setAttribute("aria-valuetext", track.dataset.text.replace("{layer}", String(layer)).replace("{count}", String(first)));
    knob.hidden = false;
    knob.style.left = `${this.done * 100}%`;
    transport.querySelector("[data-lit]").textContent = String(layer);
    transport.querySelector("b[data-done]").textContent = String(Math.round(work)).replace(/\B(?=(\d{3})+$)/g, ",");
    this.shone(this.done);
  }
}
