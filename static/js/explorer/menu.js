// A menu that is fetched when it is opened, under its button: networks, layers to add. What is chosen goes the way of
// every link.
import { opened } from "./sheet.js";

const ASIDE = 180; // px that the menu begins before its button, where the window is wide enough

/** @param {HTMLAnchorElement} link to the menu's own page @param {(address: string) => Promise<void>} go */
export async function open(link, go) {
  const dialog = await opened(link, "menu", "explorer/menu");
  if (!dialog) return;
  const { left, bottom } = link.getBoundingClientRect(), top = Math.max(0, bottom) + 2;
  dialog.style.left = `${Math.max(12, Math.min(left - ASIDE, innerWidth - dialog.offsetWidth - 12))}px`;
  dialog.style.top = `${top}px`;
  dialog.style.maxHeight = `calc(100dvh - ${top + 12}px)`;
  const choices = [...dialog.querySelectorAll("a")];
  (dialog.querySelector("[aria-current]") ?? choices[0]).focus();
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key], here = choices.indexOf(/** @type {HTMLAnchorElement} */ (event.target));
    if (!step || here < 0) return;
    event.preventDefault();
    choices[(here + step + choices.length) % choices.length].focus();
  });
  dialog.addEventListener("click", (event) => {
    const choice = /** @type {Element} */ (event.target).closest("a");
    if (!choice || event.ctrlKey || event.metaKey) return;
    if (choice.matches("[data-go], [data-tool]")) dialog.close();
    if (!choice.matches("[data-go]")) return;
    event.preventDefault();
    go(choice.href);
  });
  dialog.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    await go(`${form.action}?${new URLSearchParams(/** @type {any} */ (new FormData(form)))}`);
    const wrong = document.querySelector("#notice p");
    if (wrong) dialog.querySelector(".wrong").textContent = wrong.textContent;
    else dialog.close();
  });
}
