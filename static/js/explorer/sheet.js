// A sheet of the bar: a section of a page of its own, fetched when it is opened, in a dialog over the explorer.
import { dressed } from "./style.js";

/**
 * @param {HTMLAnchorElement} link to the sheet's own page
 * @param {string} className of the dialog @param {string} style sheet, without .css
 * @returns {Promise<HTMLDialogElement | null>} open; none where the page has no such section, and is gone to instead
 */
export async function opened(link, className, style) {
  const section = await fetched(`${link.pathname}${location.search || link.search}${link.dataset.also ?? ""}`, { headers: { Accept: "text/html" } });
  if (typeof section === "string") { location.assign(link.href); return null; }
  const dialog = document.createElement("dialog");
  dialog.className = className;
  dialog.setAttribute("aria-label", section.getAttribute("aria-label"));
  dialog.append(section);
  await dressed(style);
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", ({ target }) => { if (target === dialog) dialog.close(); });
  dialog.showModal();
  return dialog;
}

/** @param {string} address @param {RequestInit} how @returns {Promise<HTMLElement | string>} the section, or why there is none */
export async function fetched(address, how) {
  const answer = await fetch(address, how);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html"), section = page.querySelector("main > section");
  return section ? document.adoptNode(/** @type {HTMLElement} */ (section)) : page.querySelector(".notice p")?.textContent ?? answer.statusText;
}
