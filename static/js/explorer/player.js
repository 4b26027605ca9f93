// A clock: play, pause, speed. It knows nothing of windows; it only says how many steps are due.
//
//     paused ── play() ──► playing ── pause(), or a step that returns false ──► paused

/** Most steps a frame, so that a tab that slept does not leap. */
const MOST_AT_ONCE = 4;

export class Player {
  /** @param {(steps: number) => boolean} step moves by that many steps; false: the end
   *  @param {(playing: boolean) => void} changed */
  constructor(step, changed) {
    this.step = step;
    this.changed = changed;
    this.speed = 1; // steps a second
    this.frame = 0;
  }

  get playing() {
    return this.frame !== 0;
  }

  play() {
    if (this.playing) return;
    this.last = performance.now();
    this.due = 0;
    this.frame = requestAnimationFrame((now) => this.tick(now));
    this.changed(true);
  }

  pause() {
    if (!this.playing) return;
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.changed(false);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  /** @param {number} now */
  tick(now) {
    this.due = Math.min(this.due + ((now - this.last) / 1000) * this.speed, MOST_AT_ONCE);
    this.last = now;
    const steps = Math.floor(this.due);
    this.frame = requestAnimationFrame((next) => this.tick(next));
    if (steps > 0) {
      this.due -= steps;
      if (!this.step(steps)) this.pause();
    }
  }
}
