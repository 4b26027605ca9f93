// Another colour scale is another palette: the pictures of the maps are shown in it at once, before the page that says
// so has come. No number is asked for.

/** What an address asks of colours, as the addresses of pictures have it. @param {URLSearchParams} fields */
function options(fields) {
  const colours = fields.get("colours"), range = fields.get("range");
  return { colours, scale: range === "own" ? "own" : null, extent: range && range !== "own" ? range : null };
}

/** @param {string} address @param {Record<string, string | null>} wanted */
function recoloured(address, wanted) {
  const [path, query] = address.split("?"), fields = new URLSearchParams(query);
  for (const name of ["colours", "scale", "extent", "theme"]) {
    const value = name in wanted ? wanted[name] : fields.get(name);
    fields.delete(name);
    if (value) fields.append(name, value); // in the server's own order, so that the address is the same
  }
  return `${path}?${fields}`;
}

/** The pictures of maps on the page, by address; those of a picture as input have no scale. */
function maps() {
  const found = new Map();
  for (const image of document.querySelectorAll("#app image")) {
    const address = image.getAttribute("href");
    if (/\/layers\/\d+\/output\.png/.test(address)) found.set(address, [...(found.get(address) ?? []), image]);
  }
  return found;
}

/** @param {string} address of the state whose colours are wanted */
async function recolour(address) {
  const wanted = options(new URL(address, location.href).searchParams);
  performance.mark("colours-asked");
  await Promise.all([...maps()].map(async ([from, images]) => {
    const to = recoloured(from, wanted), ready = new Image();
    ready.src = to;
    await ready.decode().catch(() => {});
    for (const image of images) image.setAttribute("href", to);
    const plate = document.querySelector("cs-plate");
    if (plate?.plate?.dataset.maps === from) plate.recolour(to, ready);
  }));
  requestAnimationFrame(() => setTimeout(() => performance.measure("colours", "colours-asked")));
}

/** Shows another scale at once when it is chosen, and gets it ready when the menu is opened. */
export function listenForColours() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-colours]");
    if (link && !event.ctrlKey && !event.metaKey) recolour(link.href);
  }, { capture: true });
  document.addEventListener("submit", (event) => {
    if (event.target.matches?.("[data-range]")) recolour(`/?${new URLSearchParams(new FormData(event.target))}`);
  }, { capture: true });
}
