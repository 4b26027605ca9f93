// Which part of the picture goes in: the rectangle is dragged, sized at its corners, zoomed and moved by keys. What comes
// of it is asked of the server, and so are the pixels that one cell is made of.
import { fetched } from "./tool.js";

const WAIT = 120; // ms without a change before the server is asked
const NEAR = 26; // px from a corner at which it is taken hold of

/** @type {import("./tool.js").Tool} */
export function start(section, stop) {
  const given = section.querySelector("form").dataset;
  const form = section.querySelector("form"), svg = /** @type {SVGSVGElement} */ (section.querySelector(".whole")), zoom = section.querySelector(".zoom input");
  const { height, width } = { height: +given.height, width: +given.width };
  const aspect = +given.aspect || 0, [mostTall, mostWide] = given.widest.split(" ").map(Number);
  /** @param {string} name @returns {HTMLInputElement} */
  const field = (name) => form.elements[name];
  const clamp = (value, least, most) => Math.max(least, Math.min(most, value));
  let part = read(), held = null, timer = 0, asked = 0;

  function read() {
    const [top, left, tall, wide] = ["top", "left", "tall", "wide"].map((name) => Math.round(+field(name).value) || 1);
    return { top: top - 1, left: left - 1, tall, wide };
  }

  /** Shows a part, brought to the shape of the input and into the picture. @param {typeof part} next */
  function show(next) {
    let wide = clamp(Math.round(next.wide), 1, mostWide), tall = clamp(Math.round(next.tall), 1, mostTall);
    if (aspect) [tall, wide] = aspect >= 1 ? [clamp(Math.round(wide / aspect), 1, mostTall), wide] : [tall, clamp(Math.round(tall * aspect), 1, mostWide)];
    section.toggleAttribute("data-made", true);
    part = { tall, wide, top: clamp(Math.round(next.top), 0, height - tall), left: clamp(Math.round(next.left), 0, width - wide) };
    field("top").value = String(part.top + 1);
    field("left").value = String(part.left + 1);
    field("tall").value = String(tall);
    field("wide").value = String(wide);
    draw();
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  }

  function draw() {
    const { top, left, tall, wide } = part;
    svg.querySelector(".veil").setAttribute("d", `M0 0H${width}V${height}H0ZM${left} ${top}h${wide}v${tall}h${-wide}Z`);
    for (const rect of svg.querySelectorAll(".take rect")) for (const [name, value] of Object.entries({ x: left, y: top, width: wide, height: tall })) rect.setAttribute(name, value);
    svg.querySelectorAll("circle").forEach((grip, i) => {
      grip.setAttribute("cx", left + (i % 2) * wide);
      grip.setAttribute("cy", top + (i >> 1) * tall);
      grip.setAttribute("r", 9 / svg.getScreenCTM().a);
    });
    zoom.value = String(100 * (1 - Math.sqrt((wide * tall) / (mostWide * mostTall))));
  }

  /** Sizes the part about its middle. @param {number} wide @param {number} tall */
  function sized(wide, tall) {
    show({ wide, tall, left: part.left + (part.wide - wide) / 2, top: part.top + (part.tall - tall) / 2 });
  }

  async function ask() {
    const mine = ++asked, typing = /** @type {HTMLElement} */ (document.activeElement)?.dataset?.cell;
    const next = await fetched(`${form.action}?${new URLSearchParams(/** @type {any} */ (new FormData(form)))}`).catch(() => null);
    const fresh = next?.querySelector("#shrinkage");
    if (mine !== asked || stop.aborted || !fresh) return;
    section.querySelector("#shrinkage").replaceWith(fresh);
    for (const old of svg.querySelectorAll(".cellmark")) old.remove();
    svg.append(...next.querySelectorAll(".whole .cellmark"));
    if (typing) fresh.querySelector(`[data-cell=${typing}]`).focus();
  }

  svg.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    svg.querySelector(".take").focus({ preventScroll: true });
    const { x, y, unit } = within(svg, event), { top, left, tall, wide } = part;
    const corner = [[left, top], [left + wide, top], [left, top + tall], [left + wide, top + tall]].findIndex(([cx, cy]) => Math.hypot(cx - x, cy - y) < NEAR * unit);
    if (corner >= 0) held = { from: { x: corner % 2 ? left : left + wide, y: corner > 1 ? top : top + tall } };
    else {
      if (x < left || y < top || x > left + wide || y > top + tall) show({ ...part, left: x - wide / 2, top: y - tall / 2 });
      held = { x: x - part.left, y: y - part.top };
    }
  });
  svg.addEventListener("pointermove", (event) => {
    if (!held) return;
    const { x, y } = within(svg, event);
    if (!held.from) { show({ ...part, left: x - held.x, top: y - held.y }); return; }
    let wide = Math.abs(x - held.from.x), tall = Math.abs(y - held.from.y);
    if (aspect) {
      wide = Math.min(Math.max(wide, tall * aspect), x < held.from.x ? held.from.x : width - held.from.x);
      tall = Math.min(wide / aspect, y < held.from.y ? held.from.y : height - held.from.y);
      wide = tall * aspect;
    }
    show({ wide, tall, left: x < held.from.x ? held.from.x - wide : held.from.x, top: y < held.from.y ? held.from.y - tall : held.from.y });
  });
  for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) svg.addEventListener(kind, () => { held = null; });
  svg.addEventListener("keydown", (event) => {
    const by = event.shiftKey ? 10 : 1, [right, down] = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] }[event.key] ?? [0, 0];
    const grow = { "+": 1 / 1.1, "=": 1 / 1.1, "-": 1.1, "−": 1.1 }[event.key];
    if (!right && !down && !grow) return;
    event.preventDefault();
    if (grow) sized(part.wide * grow, part.tall * grow);
    else show({ ...part, left: part.left + right, top: part.top + down });
  });
  zoom.addEventListener("input", () => {
    const share = 1 - +zoom.value / 101;
    const [wide, tall] = aspect ? [mostWide * share, mostTall * share] : [part.wide, part.tall].map((side) => side * share * Math.sqrt((mostWide * mostTall) / (part.wide * part.tall)));
    sized(wide, tall);
  });
  section.addEventListener("change", (event) => {
    const target = /** @type {HTMLInputElement} */ (event.target);
    if (target.closest(".sides")) show(aspect && target.name === (aspect >= 1 ? "tall" : "wide") ? { ...read(), wide: read().tall * aspect, tall: read().wide / aspect } : read());
    if (target.dataset.cell) choose(+section.querySelector("[data-cell=row]").value - 1, +section.querySelector("[data-cell=column]").value - 1);
  });
  section.addEventListener("click", (event) => {
    /** @type {SVGSVGElement} */
    const map = event.target.closest(".cellmap");
    if (!map) return;
    const { x, y } = within(map, event);
    choose(Math.floor(y), Math.floor(x));
  });

  /** @param {number} row @param {number} column */
  function choose(row, column) {
    field("cell").value = `${Math.max(0, row || 0)}.${Math.max(0, column || 0)}`;
    ask();
  }

  form.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.key !== "Enter" || !target.matches("input")) return;
    event.preventDefault(); // a number is shown first; the button uses it
    target.blur();
    target.focus();
  });
  draw();
}

/** Tells where in a drawing a pointer is, and how much of it one px is. @param {SVGSVGElement} svg @param {MouseEvent} event */
function within(svg, event) {
  const matrix = svg.getScreenCTM(), { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
  return { x, y, unit: 1 / matrix.a };
}
