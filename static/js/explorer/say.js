// What is said aloud to those who cannot see it: one polite region that no swap takes away. What an act did, the server
// tells with the page that comes of it (app/explorer/changes.py).

const region = () => document.querySelector("#spoken");

/** @param {string} sentence takes the place of what was said; the same again is said again */
export function say(sentence) {
  region().textContent = sentence && sentence === region().textContent ? `${sentence}\u00a0` : sentence;
}

/** Says a sentence after the one that is being said. @param {string} sentence */
export function add(sentence) {
  if (!region().textContent.includes(sentence)) say(`${region().textContent} ${sentence}`.trim());
}

/** Says what a page that has come shows of its number. */
export function sentence() {
  return document.querySelector("#sum .sentence, #look .sentence")?.textContent.trim() ?? "";
}
