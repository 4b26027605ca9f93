// <cs-transport>: the tape deck under the plate. It shows a place and says what was pressed; it moves nothing itself.

export class Transport extends HTMLElement {
  connectedCallback() {
    this.abort = new AbortController();
    const { signal } = this.abort;
    this.addEventListener("click", (event) => {
      const button = /** @type {Element} */ (event.target).closest("#first, #back, #next, #last, #play, [data-act]");
      const act = button?.dataset.act ?? button?.id;
      if (!button || event.ctrlKey || event.metaKey || (button.dataset.act && !document.querySelector("cs-plate")?.values)) return;
      event.preventDefault();
      event.stopPropagation();
      button.closest("details")?.removeAttribute("open");
      this.tell(act);
    }, { signal, capture: true });
    this.addEventListener("submit", (event) => {
      const form = /** @type {HTMLFormElement} */ (event.target), field = (name) => +/** @type {HTMLInputElement} */ (form.elements.namedItem(name)).value - 1;
      event.preventDefault();
      form.closest("details").open = false;
      const place = { channel: field("to_channel"), row: field("to_row"), column: field("to_column") };
      if (this.dataset.single === "1") this.tell("scrub", place.channel);
      else this.dispatchEvent(new CustomEvent("cs:go", { bubbles: true, detail: place }));
    }, { signal });
    this.addEventListener("change", (event) => {
      const field = /** @type {HTMLSelectElement} */ (event.target);
      if (field.id === "speed") this.tell("speed", field.value);
    }, { signal });
    this.addEventListener("pointerdown", (event) => this.scrub(event), { signal });
    this.begin();
  }

  disconnectedCallback() {
    this.abort.abort();
  }

  begin() {
    const data = this.dataset;
    this.places = +data.places;
    this.channels = +data.channels;
    this.segments = +data.segments;
    this.work = +data.work;
    this.bar = this.querySelector("#scrub");
    this.jump = this.querySelector("form[data-jump]");
    this.knob = this.bar?.querySelector("b");
    if (this.knob) this.knob.hidden = false;
  }

  /** @param {number} index place among all places of the layer @param {number} [left] seconds that remain */
  show(index, left) {
    const channel = Math.floor(index / this.places), place = (index % this.places) + 1;
    const bars = this.bar.querySelectorAll("progress");
    bars.forEach((bar, s) => {
      bar.value = this.segments === 1 ? index + 1 : s < channel ? this.places : s > channel ? 0 : place;
    });
    this.knob.style.left = `${this.fraction(channel, place) * 100}%`;
    this.bar.setAttribute("aria-valuenow", String(place));
    this.bar.setAttribute("aria-valuetext", this.bar.dataset.text.replace("{place}", String(place)).replace("{places}", String(this.places)));
    this.write("[data-place]", place);
    this.write("[data-map]", channel + 1);
    this.write("b[data-work]", Math.floor(this.work * (index + 1) + 1e-6)); // on the average, where places read unevenly
    if (!this.jump.contains(document.activeElement)) { // who types there is left alone
      const columns = +this.dataset.columns, row = Math.floor((place - 1) / columns);
      const at = this.dataset.single === "1" ? [index, 0, 0] : [channel, row, (place - 1) % columns];
      for (const [axis, name] of ["channel", "row", "column"].entries()) /** @type {HTMLInputElement} */ (this.jump.elements.namedItem(`to_${name}`)).value = String(at[axis] + 1);
    }
    const rest = this.querySelector("[data-left]");
    rest.hidden = left === undefined;
    if (left !== undefined) rest.textContent = this.dataset.left.replace("{time}", clock(left, this.dataset));
  }

  fraction(channel, place) {
    return (channel + place / this.places) / this.channels; // segments are as many as channels, or one for all
  }

  /** @param {string} selector @param {number} number */
  write(selector, number) {
    this.querySelector(selector).textContent = String(number).replace(/\B(?=(\d{3})+$)/g, ","); // Intl takes 20 ms to come
  }

  /** @param {PointerEvent} event */
  scrub(event) {
    if (!this.bar?.contains(/** @type {Node} */ (event.target)) || event.button > 0) return;
    event.preventDefault();
    this.bar.focus();
    this.bar.setPointerCapture(event.pointerId);
    const go = (e) => {
      const box = this.bar.getBoundingClientRect();
      const at = Math.max(0, Math.min(0.999999, (e.clientX - box.left) / box.width));
      this.tell("scrub", Math.floor(at * this.places * this.channels));
    };
    go(event);
    const signal = this.abort.signal;
    this.bar.addEventListener("pointermove", go, { signal });
    const end = () => this.bar.removeEventListener("pointermove", go);
    this.bar.addEventListener("pointerup", end, { once: true, signal });
    this.bar.addEventListener("pointercancel", end, { once: true, signal });
  }

  /** @param {boolean} on */
  playing(on) {
    const play = this.querySelector("#play");
    play.setAttribute("aria-pressed", String(on));
    play.title = on ? play.dataset.pause : play.dataset.play; // its name stays: it is pressed, or not
  }

  /** @param {string} name @param {number | string} [value] */
  tell(name, value) {
    this.dispatchEvent(new CustomEvent("cs:transport", { bubbles: true, detail: { name, value } }));
  }
}

/** @param {number} seconds @param {DOMStringMap} words with which days and hours are said */
function clock(seconds, { days, hours }) {
  const whole = (by, of = Infinity) => Math.floor(seconds / by) % of;
  if (seconds >= 86400) return days.replace("{days}", `${whole(86400)}`).replace("{hours}", `${whole(3600, 24)}`);
  if (seconds >= 3600) return hours.replace("{hours}", `${whole(3600)}`).replace("{minutes}", `${whole(60, 60)}`);
  return `${whole(60)}:${String(whole(1, 60)).padStart(2, "0")}`;
}
