// The strip: a network from random to trained. Each stop of the slider is a checkpoint, and a link to the page of that
// epoch. Under a hand, and while the training plays, the page that is here shows what those pages show; when it rests,
// the link itself is followed, and all the rest of the page is that epoch's too.
//
//     rest ── to() ──► following, a page at a time, the newest wanted ── still ──► the link ──► rest
import { layout } from "../figure/plate.js";
import { holding } from "./explorer.js";
import { ACTS, learn } from "./keys.js";
import { Player } from "./player.js";

const STILL_MS = 350; // after the last step, before the link is followed
const SPEED = 1.25; // checkpoints a second, while the training plays
const NEAR = 2; // stops to either side whose pages are asked for ahead; more of them once a hand is near
const REACH = 6;
const KEPT = 64; // pages of epochs, less what is not taken from them
const TAKEN = [".ribbon ol", ".says", "#plate", "#sum", "#look"]; // of such a page

/** @typedef {{run: string, texts: (string | undefined)[], title: string, pictures: Promise<unknown>}} Shown */

/** @param {() => import("./explorer.js").Explorer} current */
export function begin(current) {
  const strip = new Strip(current);
  Object.assign(ACTS, {
    "epoch-back": () => strip.to(strip.wanted - 1),
    "epoch-on": () => strip.to(strip.wanted + 1),
    "epoch-play": () => strip.play(),
  });
}

class Strip {
  /** @param {() => import("./explorer.js").Explorer} current */
  constructor(current) {
    this.current = current;
    /** @type {Map<string, Promise<Shown | null>>} */
    this.pages = new Map();
    this.player = new Player((steps) => this.advance(steps), (on) => this.playing(on));
    this.player.speed = SPEED;
    this.held = false; // by a pointer
    this.near = false; // a hand has been at the strip
    this.asking = false; // for pages ahead
    this.busy = false; // a page is on its way
    this.towards = 1; // where the last step went
    this.moved = false; // the address is that of a page which has not come
    document.addEventListener("pointerdown", (event) => this.drag(event));
    document.addEventListener("keydown", (event) => this.key(event), { capture: true });
    for (const event of /** @type {const} */ (["pointerover", "focusin"])) document.addEventListener(event, ({ target }) => {
      if (!this.strip?.contains(/** @type {Node} */ (target))) return;
      this.near = true;
      this.ahead();
    });
    document.addEventListener("click", (event) => {
      if (/** @type {Element} */ (event.target).closest("#train-play")) this.play();
    });
    document.addEventListener("htmx:before:history:update", ({ detail }) => {
      if (this.moved && this.links.includes(detail.sourceElement)) detail.history.type = "replace"; // it stands there already
    });
    document.addEventListener("htmx:after:swap", () => this.begin());
    addEventListener("popstate", () => this.leave());
    this.begin();
  }

  /** Reads the page that has come. */
  begin() {
    this.strip = document.querySelector("#strip");
    for (const line of document.querySelectorAll("#help [data-strip]")) line.remove();
    if (this.strip) this.read();
    else this.leave();
    learn();
  }

  read() {
    document.querySelector("#help dl").append(document.querySelector("#strip-keys").content.cloneNode(true));
    this.slider = this.strip.querySelector("#epoch");
    this.links = [...this.strip.querySelectorAll("nav a")]; // not seen: the slider has their place
    const here = this.links.findIndex((link) => link.ariaCurrent);
    this.shown = this.address(here);
    const away = this.moved && this.wanted !== here && this.wanted < this.links.length; // it has gone on meanwhile
    this.moved = away;
    if (away) this.to(this.wanted);
    else this.wanted = here;
    this.playing(this.player.playing);
    this.ahead();
  }

  /** The visitor has gone elsewhere. */
  leave() {
    this.player.pause();
    clearTimeout(this.waiting);
    this.moved = false;
  }

  // ---- what a hand does

  /** @param {number} stop of the slider, from 0 */
  to(stop) {
    if (!this.strip) return;
    const wanted = Math.max(0, Math.min(this.links.length - 1, stop));
    this.towards = Math.sign(wanted - this.wanted) || 1;
    this.wanted = wanted;
    this.mark();
    this.follow();
    this.rest();
  }

  /** @param {PointerEvent} event */
  drag(event) {
    if (event.button > 0 || !this.slider?.contains(/** @type {Node} */ (event.target))) return;
    event.preventDefault();
    this.player.pause();
    this.slider.focus({ preventScroll: true });
    this.slider.setPointerCapture(event.pointerId);
    this.held = true;
    const stops = this.slider.querySelector(".names");
    const go = ({ clientX }) => {
      const { left, width } = stops.getBoundingClientRect();
      const stop = Math.floor(((clientX - left) / width) * this.links.length);
      if (stop !== this.wanted) this.to(stop); // which stays within the ends
    };
    go(event);
    const up = new AbortController(), { signal } = up;
    this.slider.addEventListener("pointermove", go, { signal });
    for (const end of ["pointerup", "pointercancel"]) this.slider.addEventListener(end, () => {
      up.abort();
      this.held = false;
      this.rest();
    }, { signal });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.target !== this.slider || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.links.length - 1, { wanted } = this;
    const stop = { ArrowLeft: wanted - 1, ArrowDown: wanted - 1, ArrowRight: wanted + 1, ArrowUp: wanted + 1, Home: 0, End: last }[event.key];
    if (stop === undefined) return;
    event.preventDefault(); // the window stays
    this.player.pause();
    this.to(stop);
  }

  play() {
    if (!this.player.playing && this.wanted === this.links.length - 1) this.to(0);
    this.player.toggle();
  }

  /** @param {number} steps */
  advance(steps) {
    if (this.busy) return true; // its page is on its way
    this.to(this.wanted + steps);
    return this.wanted < this.links.length - 1;
  }

  /** @param {boolean} on */
  playing(on) {
    this.strip?.querySelector("#train-play").setAttribute("aria-pressed", String(on));
    if (!on) this.rest();
  }

  rest() {
    clearTimeout(this.waiting);
    if (!this.moved || this.held || this.busy || this.player.playing) return;
    this.waiting = setTimeout(() => this.links[this.wanted].click(), STILL_MS);
  }

  // ---- what is seen

  /** Marks the stop that is wanted, at once. */
  mark() {
    const link = this.links[this.wanted], { epoch } = link.dataset, x = 10 * this.wanted + 5;
    this.slider.setAttribute("aria-valuenow", epoch);
    this.slider.setAttribute("aria-valuetext", link.ariaLabel);
    for (const each of this.strip.querySelectorAll("[data-now]")) each.textContent = link.dataset[each.dataset.now];
    this.slider.querySelectorAll(".names > span").forEach((name, stop) => name.classList.toggle("on", stop === this.wanted));
    this.strip.querySelector(".now").setAttribute("transform", `translate(${x} 0)`);
    const done = this.strip.querySelector(".rail.on");
    done.setAttribute("d", done.getAttribute("d").replace(/H.*/, `H${x}`));
  }

  /** Shows the pages that are wanted, one at a time; whoever waits goes on to the newest. */
  async follow() {
    if (this.busy) return;
    this.busy = true;
    while (this.strip && this.address(this.wanted) !== this.shown) {
      const address = this.address(this.wanted), page = await this.page(address);
      await page?.pictures;
      if (!page || !this.strip) {
        this.player.pause();
        this.moved = Boolean(this.strip); // so that the link says why
        break;
      }
      this.shown = address;
      this.put(page, address);
    }
    this.busy = false;
    this.rest();
    requestAnimationFrame(() => this.ahead()); // what has come is seen first
  }

  /** Takes from a page what is seen of its epoch. @param {Shown} page @param {string} address */
  put({ run, texts, title }, address) {
    const explorer = this.current(), [ribbon, says, plate, sum, look] = texts;
    history.replaceState({ ...history.state, htmx: true }, ""); // so that Back asks for it
    history[this.moved ? "replaceState" : "pushState"]({ htmx: true }, "", address);
    this.moved = true;
    document.title = title;
    document.querySelector("#app").dataset.run = run;
    explorer.run = run;
    explorer.parts?.forget(); // a whole network has no place
    for (const [selector, text] of [[".ribbon ol", ribbon], [".says", says]]) {
      const part = document.querySelector(selector);
      if (part) part.innerHTML = text ?? "";
    }
    if (plate !== undefined && explorer.plate) {
      explorer.plate.innerHTML = plate;
      explorer.plate.begin();
    }
    explorer.show(explorer.at, explorer.look ? look : sum);
  }

  /** The address of a stop, at the place where the window is now. @param {number} stop */
  address(stop) {
    const url = new URL(this.links[stop].href), here = new URLSearchParams(location.search), { field, at } = this.current();
    const held = ["pin", "sheet"].map((name) => /** @type {[string, string]} */ ([name, here.get(name)]));
    return url.pathname + [...held, [field, at]].reduce((search, [name, value]) => name && value ? holding(search, [name, value]) : search, url.search);
  }

  /** @param {string} address @returns {Promise<Shown | null>} */
  page(address) {
    const key = `${layout()} ${address}`;
    if (!this.pages.has(key)) {
      if (this.pages.size >= KEPT) this.pages.delete(this.pages.keys().next().value);
      const page = this.fetch(address);
      this.pages.set(key, page);
      page.then((found) => found || this.pages.delete(key));
    }
    return this.pages.get(key);
  }

  /** @param {string} address @returns {Promise<Shown | null>} */
  async fetch(address) {
    const answer = await fetch(address, { headers: { "CS-Layout": layout() } }).catch(() => null);
    if (!answer?.ok) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const images = page.querySelectorAll(":is(.ribbon ol, #plate, #sum, #look) image"), plate = page.querySelector(".plate");
    const hrefs = new Set([...images].map((image) => image.getAttribute("href")).concat(plate?.dataset.maps ?? []));
    const decoded = [...hrefs].map((href) => Object.assign(new Image(), { src: href }));
    return {
      run: page.querySelector("#app").dataset.run,
      texts: TAKEN.map((selector) => page.querySelector(selector)?.innerHTML),
      title: page.title,
      pictures: Promise.all(decoded.map((image) => image.decode().catch(() => {}))).then(() => decoded), // kept, and so at hand
    };
  }

  /** Asks for the pages that may be wanted next, one after the other, so that they are here then. */
  async ahead() {
    if (this.asking) return;
    this.asking = true;
    for (let address; (address = this.next());) {
      const page = await this.page(address);
      if (!page) break;
      await page.pictures;
    }
    this.asking = false;
  }

  /** The address of the nearest stop whose page is not here, those first where the last step went; none while one is
   *  waited for. */
  next() {
    if (!this.strip || this.busy) return "";
    const by = Array.from({ length: this.near ? REACH : NEAR }, (_, i) => [(i + 1) * this.towards, -(i + 1) * this.towards]).flat();
    const addresses = by.map((step) => this.wanted + step).filter((stop) => this.links[stop]).map((stop) => this.address(stop));
    return addresses.find((address) => !this.pages.has(`${layout()} ${address}`)) ?? "";
  }
}
