// The file of a network of one's own, sent from the menu of networks with its progress shown. What comes back, what is
// asked of the network or why it does not fit, is shown in the menu's place; so is what that leads to.

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
    request.onload = () => done(sectionOf(request.responseText));
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
  show(dialog, section, file.name);
}

/**
 * Follows a link or a form to a network's page, which is shown in the menu's place, or on to the explorer.
 * @param {HTMLDialogElement} dialog @param {(address: string) => Promise<void>} go
 * @param {string} address @param {RequestInit} [how] @returns {Promise<void>}
 */
export async function follow(dialog, go, address, how) {
  const answer = await fetch(address, { ...how, headers: { Accept: "text/html", "HX-Request": "true" } }).catch(() => null);
  const to = answer?.headers.get("HX-Location"), section = answer && sectionOf(await answer.text());
  if (!dialog.open) return;
  if (to) {
    dialog.close();
    await go(to);
  } else if (section) {
    const back = section.querySelector("a[data-go]"), [, , id] = new URL(address, location.href).pathname.split("/");
    if (back && !location.search.includes(id)) back.setAttribute("href", location.href); // the layers behind are others
    show(dialog, section);
  } else {
    dialog.querySelector(".misfit")?.remove();
    const wrong = Object.assign(document.createElement("p"), { className: "misfit", role: "alert", textContent: document.querySelector("#app").dataset.offline });
    dialog.firstElementChild.prepend(wrong);
    wrong.scrollIntoView({ block: "nearest" });
  }
}

/** @param {string} text of a page @returns {Element | null} what of it is shown */
function sectionOf(text) {
  return new DOMParser().parseFromString(text, "text/html").querySelector("main > section, .notice");
}

/** @param {HTMLDialogElement} dialog @param {Element} section @param {string} [name] where it has none */
function show(dialog, section, name = section.textContent.trim()) {
  dialog.replaceChildren(document.adoptNode(section));
  dialog.setAttribute("aria-label", section.getAttribute("aria-label") ?? name);
  dialog.scrollTop = 0;
  const first = /** @type {HTMLElement | null} */ (dialog.querySelector("[autofocus]") ?? dialog.querySelector("[name=title], [name=file], a, button"));
  first?.focus();
  first?.scrollIntoView({ block: "nearest" }); // from under the foot
}
