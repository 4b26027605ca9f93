// Pictures of one's own that are drawn here: the explorer's draw pad, and what it makes, under the class it was drawn for.

/** @param {HTMLFormElement} form */
export function begin(form) {
  form.addEventListener("click", async (event) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-draw]"));
    if (!button) return;
    const size = Number(form.dataset.size), { open } = await import("../picture/tool.js");
    const blank = JSON.stringify([Array(size).fill(Array(size).fill(0))]); // one sheet of a picture, black
    const link = Object.assign(document.createElement("a"), { href: `/picture/draw?values=${blank}` });
    open(link, (address) => take(button, new URL(address, location.href).searchParams.get("image")));
  });
}

/** Adds a drawing that the server has taken to the class of a button. @param {HTMLElement} button @param {string} image its id */
function take(button, image) {
  const field = button.closest("fieldset"), drawn = /** @type {HTMLInputElement} */ (field.querySelector("input[type=hidden]"));
  const known = drawn.value ? drawn.value.split(",") : [];
  if (known.includes(image)) return;
  drawn.value = [...known, image].join(",");
  /** @type {HTMLInputElement} */ (field.querySelector("input[type=file]")).required = false;
  const picture = Object.assign(new Image(48, 48), { src: `/thumb/${image}.png`, alt: button.dataset.name.replace("{number}", `${known.length + 1}`) });
  field.querySelector(".drawn").append(picture);
}
