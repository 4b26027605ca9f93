// A step on the screen: the explorer in a frame, and the words beside it. Another step leads the frame, which stays.
//
//   the frame rests (cs:state) ─► is the task done? ─► cs:met, and whoever shows the step goes on
//                                                  └─► where it stands now, in the words
//                                                      (what the reader has done counts, not where the frame is led)
//   lead(html) ─► the words change, the frame is told where to go (cs:lead) and what is spoken of (cs:glow)

const LED_MS = 3000; // for so long a frame that is led takes no focus, unless a hand gives it
const OWN = /^[0-9a-f]{8,64}$/; // the id of an upload
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export class Step extends HTMLElement {
  connectedCallback() {
    this.state = this.dataset.figure; // the address at which the frame stands, as far as it has told
    this.frame = this.querySelector("iframe");
    this.asked = 0;
    this.leading = this.state; // where the frame is led, until it has told that it is at rest
    this.heard = /** @type {Document | null} */ (null); // the page in the frame that is listened to
    this.left = /** @type {Document | null} */ (null); // the one that has been sent away, and may be there still
    this.last = /** @type {any} */ (null); // what of the page had the focus last
    this.led = -Infinity; // when it was sent on its way without having the focus
    this.stop = new AbortController();
    for (const come of ["cs:here", "load"]) this.frame.addEventListener(come, () => this.meet(), { signal: this.stop.signal });
    addEventListener("blur", () => setTimeout(() => this.release()), { signal: this.stop.signal });
    const { signal } = this.stop;
    document.addEventListener("keydown", ({ key }) => { if (key === "Tab") this.led = -Infinity; }, { signal });
    document.addEventListener("focusin", ({ target }) => { if (target !== this.frame) this.last = target; }, { signal });
    document.addEventListener("pointerdown", () => { this.last = null; }, { signal });
    if (this.inside?.readyState === "complete" && this.inside.URL !== "about:blank") this.meet();
  }

  disconnectedCallback() {
    this.stop.abort();
    this.met?.abort();
  }

  /** The document in the frame; null while it is another site's, or none. @returns {Document | null} */
  get inside() {
    return this.frame.contentDocument;
  }

  /** A page has come into the frame: listen to it, though its pictures may still be on their way. */
  meet() {
    const { inside } = this;
    if (!inside || inside === this.heard || inside === this.left) return;
    this.heard = inside;
    this.met?.abort();
    this.met = new AbortController();
    const { signal } = this.met;
    inside.addEventListener("pointerdown", () => { this.led = -Infinity; }, { signal, capture: true });
    inside.addEventListener("cs:state", ({ detail }) => this.stand(detail.address, detail.led), { signal });
    this.glow();
    this.dispatchEvent(new CustomEvent("cs:framed", { detail: inside, bubbles: true }));
    const { pathname, search } = inside.location, told = inside.documentElement.classList.contains("ready"); // before anyone listened
    if (told && pathname === "/embed") this.stand(pathname + search, same(pathname + search, this.leading));
  }

  /** While the frame is led it takes no focus that it did not have: keys would be lost with a page that goes. */
  release() {
    if (performance.now() - this.led >= LED_MS || document.activeElement !== this.frame) return;
    this.frame.blur();
    if (this.last?.isConnected) this.last.focus({ preventScroll: true });
  }

  /** Tells the frame what is spoken of. */
  glow() {
    const names = this.dataset.glow.split(" ").filter(Boolean);
    this.inside?.dispatchEvent(new CustomEvent("cs:glow", { detail: names }));
  }

  /** The frame has come to rest in a state. @param {string} address @param {boolean} led where it was led, if it was */
  async stand(address, led) {
    this.glow(); // a page that has just come did not hear it before
    this.release();
    const moved = address !== this.state, arrived = led && this.leading;
    this.leading = "";
    this.state = address;
    if (moved) this.dispatchEvent(new CustomEvent("cs:stands", { detail: { address }, bubbles: true }));
    if (arrived) return; // that is no act of the reader's
    this.answer();
    if ("task" in this.dataset) await this.look(address);
  }

  /** Tells what the reader has answered in the figure, if that is asked. */
  answer() {
    const guess = "asked" in this.dataset && of(this.state, "guess"), { address: step } = this.dataset;
    if (guess) this.dispatchEvent(new CustomEvent("cs:guessed", { detail: { step, guess }, bubbles: true }));
  }

  /** Asks where a state stands with the task. @param {string} address */
  async look(address) {
    const asked = ++this.asked, here = this.dataset.address;
    const fields = new URLSearchParams({ address: here, state: address, lang: document.documentElement.lang });
    const answer = await fetch(`/parts/task?${fields}`).catch(() => null);
    if (!answer?.ok || asked !== this.asked || here !== this.dataset.address) return;
    if (answer.status === 204) this.dispatchEvent(new CustomEvent("cs:met", { detail: { step: here }, bubbles: true }));
    else this.put("#task", await answer.text());
  }

  /** Puts a part in place of the one there. @param {string} selector @param {string} html */
  put(selector, html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector(selector);
    const old = this.querySelector(selector);
    if (fresh && old && old.textContent !== fresh.textContent) old.replaceWith(fresh);
  }

  /** Shows another step, whose fragment this is; the frame stays and goes there, unless it is to be left where it is
   * and looks at it as the step does.
   * @param {string} html @param {{stay?: boolean, at?: string}} [how] `at`: the frame goes there instead */
  lead(html, { stay = false, at = "" } = {}) {
    const fresh = /** @type {HTMLElement} */ (new DOMParser().parseFromString(html, "text/html").querySelector("cs-step"));
    const was = this.dataset.address;
    this.asked++;
    for (const name of Object.keys(this.dataset)) delete this.dataset[name];
    Object.assign(this.dataset, fresh.dataset);
    const words = fresh.querySelector(".words"), old = this.querySelector(".words");
    const within = old.contains(document.activeElement) ? document.activeElement.closest("section")?.id : null;
    old.replaceChildren(...words.childNodes);
    old.scrollTop = 0;
    if (within) focusIn(this.querySelector(`#${within}`) ?? old);
    const led = !stay || of(this.state, "view") !== of(this.dataset.figure, "view"); // the words are about its own view
    if (led && !this.keeps(was)) this.go(at || this.dataset.figure, stepOf(was) !== stepOf(this.dataset.address));
    if (!led) this.answer(); // who was quicker than the words
    this.glow();
  }

  /** Whether a picture of one's own is in the frame, which this step asked for. @param {string} was where the lesson stood */
  keeps(was) {
    return "keeps" in this.dataset && stepOf(was) === stepOf(this.dataset.address) && OWN.test(of(this.state, "image") ?? "");
  }

  /** Leads the frame to a state, without a step in the history. @param {string} address @param {boolean} anew another step begins, at its top */
  go(address, anew) {
    const from = this.state;
    this.state = address;
    const glide = still() ? 0 : Number(this.dataset.glide);
    if (same(from, address)) return;
    this.leading = address;
    this.release();
    const other = of(from, "hide") !== of(address, "hide"); // then the page in the frame is another
    if (other) this.frame.blur();
    this.led = other || document.activeElement !== this.frame ? performance.now() : -Infinity;
    const stays = !other && !("lost" in this.dataset) && this.inside !== this.left && this.inside?.documentElement?.classList.contains("ready");
    if (stays && !this.inside.dispatchEvent(new CustomEvent("cs:lead", { detail: { address, glide, top: anew }, cancelable: true }))) return;
    this.met?.abort(); // what the page there still tells is of no account
    this.left = this.inside;
    this.frame.contentWindow.location.replace(address);
  }
}

/** A field of an address. @param {string} address @param {string} name */
const of = (address, name) => new URLSearchParams(address.split("?")[1]).get(name);

/** The step of an address of the classroom, whatever its beat. @param {string} address */
const stepOf = (address) => `${address.split("?")[0]} ${parseInt(of(address, "step") ?? "1")}`;

/** Whether two addresses are one state. @param {string} one @param {string} other */
function same(one, other) {
  const sorted = (address) => [...new URLSearchParams(address.split("?")[1])].map(String).sort().join("\n");
  return sorted(one) === sorted(other);
}

/** The focus stays in the part that has come anew. @param {HTMLElement} part */
function focusIn(part) {
  const first = part.querySelector("button, a");
  if (first) first.focus({ preventScroll: true });
  else {
    part.tabIndex = -1;
    part.focus({ preventScroll: true });
  }
}
