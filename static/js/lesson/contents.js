// The contents: what is done has its tick, and the button leads on from there.
import { kept, mark } from "./done.js";

function show() {
  mark(document);
  const chapters = [...document.querySelectorAll(".contents .book a")], button = document.querySelector("#continue");
  const open = chapters.filter((chapter) => !chapter.classList.contains("done"));
  const { at, done } = kept(), name = at.split("?")[0].split("/")[2];
  const last = chapters.find((chapter) => chapter.dataset.lesson === name);
  for (const chapter of chapters) chapter.classList.toggle("now", chapter === last && !done.includes(name));
  if (!button || !chapters.length || (!last && !done.length)) return;
  const next = last && !done.includes(name) ? last : open.find((chapter) => !last || +chapter.dataset.number > +last.dataset.number) ?? open[0];
  button.textContent = next ? button.dataset.continue.replace("{number}", next.dataset.number) : button.dataset.again;
  if (next) button.href = next === last ? within(at, next.href) : next.href;
}

/** Where one was in a chapter, with the language and theme of this page. @param {string} at @param {string} href */
function within(at, href) {
  const there = new URL(href), step = new URL(at, href).searchParams.get("step");
  if (step) there.searchParams.set("step", step);
  return there.href;
}

show();
addEventListener("pageshow", ({ persisted }) => { if (persisted) show(); });
document.documentElement.classList.add("ready");
if (/(^|; )room=/.test(document.cookie)) import("../room/lead.js").then(({ begin }) => begin(null));
