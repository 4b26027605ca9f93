// While a teacher looks for another view of a step: what the explorer shows of it, and the way back to the lesson.
import { dressed } from "../explorer/style.js";

/** @returns {Promise<void>} */
export async function begin() {
  const [name, step, was] = /(?:^|; )changing=([^;]*)/.exec(document.cookie)[1].split(".");
  const answer = await fetch(`/lesson/${name}/changing?step=${step}&was=${was}`);
  if (!answer.ok) {
    document.cookie = "changing=; path=/; max-age=0; samesite=lax";
    return;
  }
  await dressed("classroom/changing");
  const form = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("form");
  form.addEventListener("submit", () => { form.querySelector('[name="address"]').value = location.pathname + location.search; });
  document.body.append(form);
}
