// The file of a network of one's own, sent from the menu of networks with its progress shown. What comes back, what is
// asked of the network or why it does not fit, is shown in the menu's place.

/** @param {HTMLDialogElement} dialog @param {HTMLFormElement} form in it @param {File} file @returns {Promise<void>} when the answer is there */
export async function take(dialog, form, file) {
  const box = /** @type {HTMLElement} */ (form.querySelector(".progress")), bar = box.querySelector("progress"), text = box.querySelector("span");
  const data = new FormData(form), request = new XMLHttpRequest();
  data.set("file", file);
  box.hidden = false;
  text.textContent = file.name;
  request.upload.onprogress = (event) => { if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total; };
  request.upload.onload = () => {
    bar.removeAttribute("value");
    text.textContent = form.dataset.waiting;
  };
  dialog.addEventListener("close", () => request.abort());
  request.open("POST", form.action);
  const section = await new Promise((done) => {
    request.onload = () => done(new DOMParser().parseFromString(request.responseText, "text/html").querySelector("main > section, .notice"));
    request.onerror = request.onabort = () => done(null);
    request.send(data);
  });
  box.hidden = true;
  form.reset();
  if (!section) {
    if (dialog.open) text.textContent = document.querySelector("#app").dataset.offline;
    box.hidden = !dialog.open;
    return;
  }
  dialog.replaceChildren(document.adoptNode(section));
  dialog.setAttribute("aria-label", section.getAttribute("aria-label") ?? file.name);
  dialog.scrollTop = 0;
  dialog.querySelector(/** @type {any} */ ("[autofocus], [name=title], [name=file]"))?.focus();
}
