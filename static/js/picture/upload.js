// A picture comes in: chosen, dropped or pasted. It is sent with its progress shown; then the same layers run on it. An
// address of ours is followed; what cannot be done is said.

/** What takes the text that is dropped or pasted into it. */
const FIELD = "input, textarea, select, [contenteditable]";

/** @param {(address: string) => Promise<void>} arrived shows what is there @param {(sentence: string) => void} failed */
export function listenForPictures(arrived, failed) {
  const drop = /** @type {HTMLElement} */ (document.querySelector("#drop")), words = drop.dataset;
  const hidden = () => document.querySelector("#app").matches('[data-hide~="picture"]'); // then none comes in
  let depth = 0, own = false; // whether what is dragged is a part of this page
  /** @type {XMLHttpRequest | null} */
  let sending = null;

  /** @param {DragEvent} event */
  const carries = (event) => {
    const types = own || hidden() ? [] : [...(event.dataTransfer?.types ?? [])];
    return types.includes("Files") || (types.includes("text/uri-list") && !/** @type {Element} */ (event.target).closest?.(FIELD));
  };
  const over = () => { depth = 0; drop.hidden = true; };
  addEventListener("dragstart", () => { own = true; });
  addEventListener("dragend", () => { own = false; });
  addEventListener("dragenter", (event) => {
    if (!carries(event)) return;
    depth++;
    drop.hidden = false;
  });
  addEventListener("dragleave", (event) => { if (carries(event) && --depth <= 0) over(); });
  addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
  addEventListener("drop", (event) => {
    if (!carries(event)) { over(); return; }
    event.preventDefault(); // or the browser leaves this page for it
    over();
    const files = [...event.dataTransfer.files];
    if (files.length) take(files);
    else follow(event.dataTransfer.getData("text/uri-list").split(/[\r\n]/).find((line) => line && !line.startsWith("#")) ?? "");
  });
  addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])], text = event.clipboardData?.getData("text/plain").trim() ?? "";
    if (event.defaultPrevented || hidden() || (text && /** @type {Element} */ (event.target).closest?.(FIELD))) return;
    if (files.length && !text.includes("\t")) take(files); // a spreadsheet's cells come as a picture, too
    else if (/^(https?:|data:image\/)/i.test(text)) follow(text);
    else return;
    event.preventDefault();
  });
  document.addEventListener("change", (event) => {
    const field = /** @type {HTMLInputElement} */ (event.target);
    if (!field.matches("form[data-upload] input[type=file]") || !field.files[0]) return;
    take([...field.files]);
    field.value = ""; // so that the same name can be chosen again, mended
    const menu = field.closest("details");
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!form.matches("form[data-upload]")) return;
    event.preventDefault();
    const file = form.querySelector("input[type=file]").files[0];
    if (file) take([file]);
  });

  /** Nothing comes in under an open dialog, which would be lost with what was done in it. @returns {boolean} */
  function refused() {
    const dialog = document.querySelector("dialog[open]"), told = dialog?.querySelector(".told");
    if (told) told.textContent = words.open;
    return Boolean(dialog);
  }

  /** @param {File[]} files of which one is taken */
  async function take(files) {
    const file = files.find(({ type }) => type.startsWith("image/")) ?? files[0];
    const networks = /** @type {any} */ (document.querySelector("#networks"));
    if (networks && /\.(onnx|safetensors)$/i.test(file.name)) {
      const { open } = await import("../explorer/menu.js");
      return open(networks, arrived, file);
    }
    const left = files.length > 1 ? words.several.replace("{name}", file.name).replace("{count}", String(files.length)) : "";
    if (!refused()) send(file, left);
  }

  /** @param {string} address that was dropped or pasted */
  function follow(address) {
    if (refused()) return;
    const { origin, pathname, search } = URL.canParse(address) ? new URL(address) : location;
    if (/^data:image\//i.test(address)) send(address);
    else if (URL.canParse(address) && origin === location.origin && /^\/(embed|s\/\w+)?$/.test(pathname)) /[?&]hide=/.test(search) ? location.assign(pathname + search) : arrived(pathname + search);
    else failed(words.elsewhere);
  }

  /** @param {File | string} picture a file, or its data: address @param {string} [left] what is said besides */
  function send(picture, left = "") {
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
      if (image(to) === image(`${path}?${query}`)) left ||= words.same;
      else await arrived(to);
      if (left) failed(left);
    };
    request.onerror = async () => {
      box.hidden = true;
      const there = typeof picture === "string" || (await picture.slice(0, 1).arrayBuffer().then(() => true, () => false));
      failed(there ? document.querySelector("#app").dataset.offline : words.unreadable.replace("{name}", name));
    };
    request.open("POST", "/upload");
    request.setRequestHeader("HX-Request", "true");
    for (const [field, value] of new URLSearchParams(query)) form.append(field, value); // the place may have moved since the form was made
    form.append("path", path);
    if (typeof picture === "string") form.append("file", picture);
    else form.append("file", picture, name);
    request.send(form);
  }
}
