// Minus signs on what is below zero, on a canvas: its pen has no style sheet, and takes the filter of signs.svg from the
// page. Elsewhere css/explorer/hands.css says where they are.

const NUMBERS = /\/layers\/\d+\/output\.png|\/parts\/network\//; // of filters each weight has its own sign

/** Whether signs are wanted: where they were asked for, and where there are no colours. */
const wanted = () => "signs" in document.documentElement.dataset || matchMedia("(forced-colors: active), (monochrome)").matches;

/** @type {Promise<void> | null} */
let fetched = null;

/** Lays the filter into the page, where pens look for it. */
async function lay() {
  const text = await (await fetch(new URL("../../signs.svg", import.meta.url))).text();
  const drawing = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  drawing.style.position = "absolute";
  document.body.append(drawing);
}

/** What a pen filters a picture by. @param {string} href @returns {Promise<string>} */
export async function filterOf(href) {
  if (!NUMBERS.test(href) || !wanted()) return "none";
  await (fetched ??= lay());
  return "url(#signs)";
}
