// What bench/tabs.py asks a tab in a room, put into it before anything else runs: when a key was pressed, when which move
// was sent and has come, and at which step the page has stood. Times are seconds since 1970.
window.noted = { pressed: [], sent: {}, came: [], stood: [] };
const now = () => (performance.timeOrigin + performance.now()) / 1000;

addEventListener("keydown", () => noted.pressed.push(now()), { capture: true });

const ask = fetch;
window.fetch = async (what, ...more) => {
  const begun = now(), answer = await ask(what, ...more);
  if (/\/room\/\w+\/move$/.test(String(what)) && answer.ok) noted.sent[(await answer.clone().json()).sequence] ??= begun;
  return answer;
};

window.EventSource = class extends EventSource {
  constructor(...all) {
    super(...all);
    this.addEventListener("room", ({ lastEventId }) => noted.came.push([Number(lastEventId), now()]));
  }
};

new MutationObserver((changes) => { // a step that leads to another sets all that it says of itself anew
  if (noted.stood.length && !changes.some(({ type }) => type === "attributes")) return;
  const { address } = document.querySelector("cs-step")?.dataset ?? {};
  if (!address) return;
  const { pathname, searchParams } = new URL(address, location.href);
  noted.stood.push([`${pathname} ${parseInt(searchParams.get("step") ?? "1")}`, now()]);
}).observe(document, { attributes: true, childList: true, subtree: true, attributeFilter: ["data-address"] });
