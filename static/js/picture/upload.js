// A picture comes in: chosen, dropped or pasted. It is sent with its progress shown; then the same layers run on it.

/** @param {(address: string) => void} arrived what is to be shown then @param {(sentence: string) => void} failed */
export function listenForPictures(arrived, failed) {
  const drop = document.querySelector("#drop");
  const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  let depth = 0;
  addEventListener("dragenter", (event) => {
    if (!carries(event)) return;
    depth++;
    drop.hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (carries(event) && --depth <= 0) { depth = 0; drop.hidden = true; }
  });
  addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
  addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    depth = 0;
    drop.hidden = true;
    const file = event.dataTransfer.files[0];
    if (file) send(file, arrived, failed);
  });
  addEventListener("paste", (event) => {
    const file = [...(event.clipboardData?.files ?? [])].find((f) => f.type.startsWith("image/"));
    if (!file) return;
    event.preventDefault();
    send(file, arrived, failed);
  });
  document.addEventListener("change", (event) => {
    const field = /** @type {HTMLInputElement} */ (event.target);
    if (field.matches("form[data-upload] input[type=file]") && field.files[0]) send(field.files[0], arrived, failed);
  });
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!form.matches("form[data-upload]")) return;
    event.preventDefault();
    const file = form.querySelector("input[type=file]").files[0];
    if (file) send(file, arrived, failed);
  });
}

/** @param {File} file @param {(address: string) => void} arrived @param {(sentence: string) => void} failed */
function send(file, arrived, failed) {
  const box = document.querySelector("#progress"), bar = box.querySelector("progress"), text = box.querySelector("span");
  const request = new XMLHttpRequest();
  const done = () => { box.hidden = true; };
  box.hidden = false;
  bar.value = 0;
  text.textContent = file.name;
  request.upload.onprogress = (event) => {
    if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
    else bar.removeAttribute("value");
  };
  request.onload = () => {
    done();
    const to = request.getResponseHeader("HX-Location");
    if (to) { arrived(to); return; }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    failed(page.querySelector("p")?.textContent ?? request.statusText);
  };
  request.onerror = () => { done(); failed(document.querySelector("#app").dataset.offline); };
  request.open("POST", "/upload");
  request.setRequestHeader("HX-Request", "true");
  const [path, query] = document.querySelector("#app").dataset.address.split("?"), form = new FormData();
  for (const [name, value] of new URLSearchParams(query)) form.append(name, value); // the place may have moved since the form was made
  form.append("path", path);
  form.append("file", file, file.name);
  request.send(form);
}
