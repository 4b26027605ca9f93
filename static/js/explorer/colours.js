// Another colour scale is another palette: the pictures of the maps that are here get other colours at once, before the
// page that says so has come. No number is asked for, and no picture.

const COLOURS = 768; // bytes of a palette
const KINDS = ["signed", "one", "grey"];
const CLEAR = 255; // the byte of no number; its red tells whether the scale of a picture begins at zero
const ENDS = [0, 254]; // the bytes of what lies beyond a range that was set by hand
const tables = new Map(); // by theme
let made = [];

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});

/** @param {Uint8Array} bytes */
const checksum = (bytes) => ~bytes.reduce((crc, byte) => CRC[(crc ^ byte) & 255] ^ (crc >>> 8), ~0);

/** The colours of every scale in the theme of the page. */
function table() {
  const theme = document.querySelector("#app")?.dataset.theme ?? "light";
  if (!tables.has(theme)) tables.set(theme, fetch(`/palettes.bin?theme=${theme}`).then((answer) => answer.arrayBuffer()));
  return tables.get(theme);
}

/** A PNG in other colours. @param {string} address @param {string} kind @param {boolean} clips */
async function painted(address, kind, clips) {
  const [colours, png] = await Promise.all([table(), fetch(address).then((answer) => answer.arrayBuffer())]);
  const view = new DataView(png), bytes = new Uint8Array(png);
  let at = 8;
  while (view.getUint32(at + 4) !== 0x504c5445) at += 12 + view.getUint32(at); // chunk after chunk, to PLTE
  const own = bytes.subarray(at + 8, at + 8 + view.getUint32(at)), fromZero = own[3 * CLEAR];
  const which = kind === "signed" ? 0 : 2 * KINDS.indexOf(kind) - 1 + fromZero;
  const kept = clips ? ENDS.map((end) => own.slice(3 * end, 3 * end + 3)) : [];
  own.set(new Uint8Array(colours, which * COLOURS, 3 * CLEAR));
  kept.forEach((colour, i) => own.set(colour, 3 * ENDS[i]));
  view.setUint32(at + 8 + own.length, checksum(bytes.subarray(at + 4, at + 8 + own.length)));
  return new Blob([png], { type: "image/png" });
}

/** Shows another scale at once. @param {string} address of the state whose colours are wanted */
export async function recolour(address) {
  const wanted = new URL(address, location.href).searchParams, now = new URLSearchParams(location.search);
  const kind = wanted.get("colours") || "signed", range = wanted.get("range") ?? "";
  if (range !== (now.get("range") ?? "")) return; // the same number has another byte
  const pictures = new Map();
  for (const image of document.querySelectorAll("#app image")) {
    const from = image.dataset.from ?? image.getAttribute("href");
    if (/\/layers\/\d+\/output\.png|[?&]side=/.test(from)) pictures.set(from, [...(pictures.get(from) ?? []), image]);
  }
  const old = made;
  made = [];
  const plate = document.querySelector("cs-plate");
  await Promise.all([...pictures].map(async ([from, images]) => {
    const ready = new Image();
    ready.src = URL.createObjectURL(await painted(from, kind, range !== "" && range !== "own"));
    made.push(ready.src);
    await ready.decode();
    for (const image of images) {
      image.dataset.from = from;
      image.setAttribute("href", ready.src);
    }
    if (plate?.plate?.dataset.maps === from) plate.recolour(ready);
  }));
  old.forEach(URL.revokeObjectURL);
}
