// A menu that is fetched when it is opened, under its button, or over it where that has more room: networks, layers to add. What is chosen goes the way of
// every link.
import { opened } from "./sheet.js";
import { dressed } from "./style.js";

const ASIDE = 180; // px that the menu begins before its button, where the window is wide enough

/**
 * @param {HTMLAnchorElement} link to the menu's own page @param {(address: string) => Promise<void>} go
 * @param {File} [file] of a network, that was dropped on the page
 */
export async function open(link, go, file) {
  const dialog = await opened(link, "menu", "explorer/menu");
  if (!dialog) return;
  if (dialog.querySelector("[data-network]")) await dressed("explorer/own");
  const { left, top, bottom } = link.getBoundingClientRect(), edge = Math.max(0, bottom) + 2;
  const up = dialog.scrollHeight > innerHeight - edge - 12 && top > innerHeight - edge;
  dialog.style.left = `${Math.max(12, Math.min(left - ASIDE, innerWidth - dialog.offsetWidth - 12))}px`;
  if (up) Object.assign(dialog.style, { top: "auto", bottom: `calc(100dvh - ${top - 2}px)`, maxHeight: `${top - 14}px` });
  else Object.assign(dialog.style, { top: `${edge}px`, maxHeight: `calc(100dvh - ${edge + 12}px)` });
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
    const own = choice.pathname.startsWith("/network/");
    if (choice.matches("[data-go], [data-tool]")) dialog.close();
    if (!own && !choice.matches("[data-go]")) return;
    event.preventDefault();
    if (own) follow(choice.href);
    else go(choice.href);
  });
  /** @param {string} address @param {RequestInit} [how] */
  const follow = async (address, how) => (await import("./own.js")).follow(dialog, go, address, how);
  /** @param {HTMLFormElement} form @param {File} chosen */
  const take = async (form, chosen) => (await import("./own.js")).take(dialog, form, chosen);
  dialog.addEventListener("change", ({ target }) => {
    const field = /** @type {HTMLInputElement} */ (target);
    if (field.matches("[data-network] [name=file]") && field.files[0]) take(field.form, field.files[0]);
  });
  if (file) await take(dialog.querySelector("[data-network]"), file);
  dialog.addEventListener("submit", async (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    event.preventDefault();
    if (form.matches("[data-network]")) return take(form, form.querySelector(/** @type {any} */ ("[name=file]")).files[0]);
    if (form.method === "post") return follow(form.action, { method: "POST", body: new FormData(form) });
    await go(`${form.action}?${new URLSearchParams(/** @type {any} */ (new FormData(form)))}`);
    const wrong = document.querySelector("#notice p");
    if (wrong) dialog.querySelector(".wrong").textContent = wrong.textContent;
    else dialog.close();
  });
}
