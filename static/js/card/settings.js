// A layer's settings in its card: each is sent when its field is left or one of its buttons is pressed. What is pressed
// before that has arrived waits for it, since it would lead on from what was before.

let sending = null; // the setting that is on its way: { form, ctx }
let held = null; // what was pressed meanwhile: a link, a button, or the form of a field that was left

const refused = (field) => field.closest(".field").querySelector(".wrong");

/** What was refused stays until another state is there; then each field says what holds. */
function settle() {
  for (const field of document.querySelectorAll(".card .stepper input")) {
    field.ariaInvalid = refused(field) ? "true" : null;
    if (!refused(field) && field !== document.activeElement && field.form !== held) field.value = field.defaultValue;
  }
}

/** Says beside its field that a setting went no farther. @param {string} field @param {string} word */
function stopped(field, word) {
  const note = document.createElement("b");
  note.className = "stopped";
  note.textContent = `${word} `;
  document.querySelector(`#h-${field}`)?.prepend(note);
}

/** @param {HTMLFormElement} form */
function send(form) {
  if (sending && sending.form !== form) held = form;
  else form.requestSubmit();
}

export function begin() {
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    settle();
    const told = ctx.response?.headers.get("Convscope-Told"), { stopped: where } = told ? JSON.parse(told) : {};
    if (where?.length) stopped(where[0], where[1]);
  });

  document.addEventListener("click", (event) => {
    const pressed = /** @type {Element} */ (event.target).closest?.("#app :is(a[href], form button)");
    if (!sending || !pressed || pressed.closest("form") === sending.form || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    held = pressed;
  }, { capture: true });

  // A setting is one step more or less at once on the screen, so that quick clicks add up; the newest is what counts.
  document.addEventListener("click", (event) => {
    const step = /** @type {Element} */ (event.target).closest(".stepper .step");
    if (!step) return;
    event.preventDefault();
    const field = step.closest(".stepper").querySelector("input"), from = refused(field) ? field.defaultValue : field.value;
    const parts = from.match(/-?\d+/g);
    if (!parts) return;
    field.value = parts.map((part) => +part + +step.value).join(" × ");
    field.form.elements["stepped"].value = "1"; // a burst ends at the last value that holds
    send(field.form);
  }, { capture: true });

  document.addEventListener("keydown", (event) => {
    const field = /** @type {HTMLElement} */ (event.target);
    if (event.key !== "Enter" || !field.matches(".stepper input")) return;
    event.preventDefault(); // the change that leaving the field tells of is sent, once
    field.blur();
    field.focus();
  });

  document.addEventListener("change", (event) => {
    const field = /** @type {HTMLInputElement} */ (event.target);
    if (!field.matches(".stepper input, [data-submit]")) return;
    field.form.elements["stepped"].value = "";
    send(field.form);
  });

  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    const form = ctx?.sourceElement;
    if (form !== sending?.form) held = null;
    sending = form?.matches?.(".card form.field") ? { form, ctx } : null;
  });

  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    if (ctx !== sending?.ctx) return;
    const next = held;
    sending = held = null;
    if (!next?.isConnected || document.querySelector(".card .wrong, #notice [role=alert]")) return;
    if (next instanceof HTMLFormElement) next.requestSubmit();
    else next.click();
  });
}
