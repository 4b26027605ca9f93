// A picture that has come in is sent with its progress shown; then the same layers run on it. An address of ours is
// followed; what cannot be done is said.

/** @typedef {(address: string) => Promise<void>} Arrived shows what is there */
/** @typedef {(sentence: string) => void} Failed says what cannot be done */

/** @type {XMLHttpRequest | null} */
let sending = null;

/** What is said, in the visitor's language. */
const words = () => /** @type {HTMLElement} */ (document.querySelector("#drop")).dataset;

/** Nothing comes in under an open dialog, which would be lost with what was done in it. @returns {boolean} */
function refused() {
  const dialog = document.querySelector("dialog[open]"), told = dialog?.querySelector(".told");
  if (told) told.textContent = words().open;
  return Boolean(dialog);
}

/** @param {File[]} files of which one is taken @param {Arrived} arrived @param {Failed} failed */
export async function take(files, arrived, failed) {
  const file = files.find(({ type }) => type.startsWith("image/")) ?? files[0];
  const networks = /** @type {any} */ (document.querySelector("#networks"));
  if (networks && /\.(onnx|safetensors)$/i.test(file.name)) {
    const { open } = await import("../explorer/menu.js");
    return open(networks, arrived, file);
  }
  const left = files.length > 1 ? words().several.replace("{name}", file.name).replace("{count}", String(files.length)) : "";
  if (!refused()) send(file, arrived, failed, left);
}

/** @param {string} address that was dropped or pasted @param {Arrived} arrived @param {Failed} failed */
export async function follow(address, arrived, failed) {
  if (refused()) return;
  const { origin, pathname, search } = URL.canParse(address) ? new URL(address) : location;
  if (/^data:image\//i.test(address)) send(address, arrived, failed);
  else if (URL.canParse(address) && origin === location.origin && /^\/(embed|s\/\w+)?$/.test(pathname)) /[?&]hide=/.test(search) ? location.assign(pathname + search) : arrived(pathname + search);
  else failed(words().elsewhere);
}

/**
 * @param {File | string} picture a file, or its data: address @param {Arrived} arrived @param {Failed} failed
 * @param {string} [left] what is said besides
 */
function send(picture, arrived, failed, left = "") {
  const box = document.querySelector("#progress"), bar = box.querySelector("progress"), text = box.querySelector("span");
  const request = new XMLHttpRequest(), { name } = typeof picture === "string" ? { name: "" } : picture;
  const [path, query] = document.querySelector("#app").dataset.address.split("?"), form = new FormData();
  sending?.abort(); // the one that came last is meant
  sending = request;
  box.hidden = false;
  bar.value = 0;
  text.textContent = name;
  request.upload.onprogress = (event) => {
    if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
    else bar.removeAttribute("value");
  };
  request.onload = async () => {
    box.hidden = true;
    const to = request.getResponseHeader("HX-Location");
    if (!to) {
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      failed(page.querySelector("p")?.textContent ?? request.statusText);
      return;
    }
    const image = (address) => new URLSearchParams(address.split("?")[1]).get("image") ?? address;
    if (image(to) === image(`${path}?${query}`)) left ||= words().same;
    else await arrived(to);
    if (left) failed(left);
  };
  request.onerror = async () => {
    box.hidden = true;
    const there = typeof picture === "string" || (await picture.slice(0, 1).arrayBuffer().then(() => true, () => false));
    failed(there ? document.querySelector("#app").dataset.offline : words().unreadable.replace("{name}", name));
  };
  request.open("POST", "/upload");
  request.setRequestHeader("HX-Request", "true");
  for (const [field, value] of new URLSearchParams(query)) form.append(field, value); // the place may have moved since the form was made
  form.append("path", path);
  if (typeof picture === "string") form.append("file", picture);
  else form.append("file", picture, name);
  request.send(form);
}
