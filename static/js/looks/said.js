// What is said of a picture: asked of the server, and shown as it comes, in texts that are ready.
import { holding } from "../explorer/explorer.js";
import { say } from "../explorer/say.js";
import { file } from "../picture/tool.js";
import { board } from "./board.js";

/** @typedef {{index: number, name: string, share: string, length: number}} Row */
/** @typedef {{rows: Row[], best: Row, marks: Record<string, [number, string]>, strongest: [number, number], most: number, title: string, lead: string, made: string}} Facts */
/** @typedef {{facts: Facts, veil: string}} Said what is said, and the address of the veil */

const AGAIN_MS = 400; // after an answer that was none: the server is busy

const look = () => board().closest("#look");
export const veil = () => board().querySelector("[data-veil]");
export const home = () => look().querySelector(".made a");

/** Sends a picture. @param {any} brush its form @param {HTMLCanvasElement} canvas @param {Record<string, string | number>} fields
 *  @param {AbortSignal} [signal] @returns {Promise<Said | string | null>} what is said, or why nothing is; null: ask again */
export async function asked(brush, canvas, fields, signal) {
  const form = new FormData(brush), { failed, offline } = brush.dataset;
  form.delete("size");
  for (const [name, value] of Object.entries(fields)) form.set(name, String(value));
  form.set("file", await file(canvas));
  const theme = `theme=${document.documentElement.dataset.theme ?? "light"}`;
  const answer = await fetch(`/parts/why?${theme}`, { method: "POST", body: form, signal }).catch(() => null);
  if (answer?.ok) {
    const picture = await answer.blob().catch(() => null); // it may be broken off on the way
    return picture ? { facts: JSON.parse(answer.headers.get("Convscope-Why")), veil: URL.createObjectURL(picture) } : offline;
  }
  if (answer?.status === 429) {
    await new Promise((next) => setTimeout(next, AGAIN_MS));
    return null;
  }
  const page = answer && new DOMParser().parseFromString(await answer.text().catch(() => ""), "text/html");
  return page ? page.querySelector("p")?.textContent || failed : offline;
}

/** A sentence in place of what is said. @param {string} sentence @param {string} [title] */
export function tell(sentence, title) {
  if (title) look().querySelector("[data-title]").textContent = title;
  look().querySelector("[data-lead]").textContent = sentence;
  say(sentence);
}

/** Shows what is said of a picture. @param {Said} said @param {string} was what is written of a mark, with {share}
 *  @param {Facts["marks"]} [marks] what was, before it was painted */
export function show({ facts, veil: address }, was, marks) {
  veil().setAttribute("href", address);
  for (const name of ["title", "lead", "made"]) look().querySelector(`[data-${name}]`).textContent = facts[name];
  for (const [at, link] of [...look().querySelectorAll(".ten a")].entries()) {
    const row = facts.rows[at], mark = marks?.[row.index], before = link.querySelector("[data-before]");
    link.dataset.index = String(row.index);
    link.href = classAt(link.href, row.index);
    link.querySelector("[data-name]").textContent = row.name;
    link.querySelector("[data-share]").textContent = row.share;
    link.querySelector("[data-bar]").setAttribute("d", `M0 0H${row.length}V10H0Z`);
    link.querySelector("[data-tick]").setAttribute("d", mark ? `M${mark[0]} -3V13` : "");
    if (!before) continue;
    before.hidden = !mark;
    before.textContent = mark ? was.replace("{share}", mark[1]) : "";
  }
  home().href = cellOf(facts.rows[0].index, facts.strongest);
  look().querySelector(".sentence").textContent = `${facts.rows[0].name}: ${facts.rows[0].share}. ${facts.made}`;
}

/** What an address is at another class. @param {string} address @param {number} label */
const classAt = (address, label) => holding(address, ["at", `${layerIn(address)}.${label}.0.0`]);

/** Where the number of a cell of a class's map comes from. @param {number} label @param {number[]} cell row, column */
export const cellOf = (label, cell) => holding(home().href, ["at", [layerIn(board().dataset.home), label, ...cell].join(".")]);

/** @param {string} address */
const layerIn = (address) => /[?&]at=(\d+)/.exec(address)[1];
