// The door: it counts who has come in, and the key that turns pages begins.
import { follow } from "./events.js";

const count = document.querySelector(".count");

/** Says how many are here, the number itself in bold. @param {number} present */
function here(present) {
  const [before, after] = count.dataset.count.split("{num}"), number = document.createElement("b");
  if (count.textContent === `${before}${present}${after}`) return;
  number.textContent = String(present);
  count.replaceChildren(before, number, after);
}

follow(document.body.dataset.code, {
  room: ({ present }) => here(present),
  lost: () => {},
  back: () => {},
  over: () => location.reload(),
});

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const begins = ["PageDown", "ArrowRight"].includes(event.key) || ([" ", "Enter"].includes(event.key) && !event.target.closest("a, button"));
  if (!begins) return;
  event.preventDefault();
  document.querySelector("#begin").click();
});
document.documentElement.classList.add("ready");
