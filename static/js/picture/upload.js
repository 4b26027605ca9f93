// A picture comes in: chosen, dropped or pasted. What is done with it is fetched with the first that does (sending.js).

/** What takes the text that is dropped or pasted into it. */
const FIELD = "input, textarea, select, [contenteditable]";

/** @param {(address: string) => Promise<void>} arrived shows what is there @param {(sentence: string) => void} failed */
export function listenForPictures(arrived, failed) {
  const drop = /** @type {HTMLElement} */ (document.querySelector("#drop"));
  const hidden = () => document.querySelector("#app").matches('[data-hide~="picture"]'); // then none comes in
  let depth = 0, own = false; // whether what is dragged is a part of this page

  let again = ""; // browsers remember what they could not fetch, under its name

  /** @param {(sending: typeof import("./sending.js")) => Promise<void>} done with what has come */
  const come = async (done) => {
    try {
      await done(await import(`./sending.js${again}`));
    } catch {
      again = `?${Date.now()}`;
      failed(document.querySelector("#app").dataset.offline);
    }
  };
  /** @param {File[]} files */
  const take = (files) => come((sending) => sending.take(files, arrived, failed));
  /** @param {string} address */
  const follow = (address) => come((sending) => sending.follow(address, arrived, failed));

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
}
