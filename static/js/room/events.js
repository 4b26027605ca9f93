// What is new of a room, as its server tells it: one stream a tab, closed when the page is left, begun again by itself.
//
//   open ─ room ─► room ─► …            told at once what is newest
//     └── silent ─► lost ─► open again   after LATE: a short gap is none
//     └── refused, and the room is gone ─► over

const LATE = 3000; // milliseconds of silence after which a person is told
const AGAIN = 2000; // … until a stream that was refused is begun again

/** @typedef {{code: string, sequence: number, address: string, present: number, poll: Poll | null, blank?: boolean}} Room */
/** @typedef {{question: string, choices: string[], state: string, answered?: number, counts?: number[], right?: string, kind?: string}} Poll */

/**
 * @param {string} code
 * @param {{room: (room: Room) => void, lost: () => void, back: () => void, over: () => void}} told
 * @param {boolean} [counted] among those who are here
 */
export function follow(code, told, counted = false) {
  /** @type {EventSource | null} */
  let events = null;
  let late = 0, again = 0, lost = false;

  const silent = (wait) => { late ||= setTimeout(() => { lost = true; told.lost(); }, wait); };
  const heard = () => {
    clearTimeout(late);
    late = 0;
    if (lost) told.back();
    lost = false;
  };

  function open() {
    events?.close();
    events = new EventSource(`/api/v1/rooms/${code}/events${counted ? "" : "?counted=false"}`);
    events.addEventListener("room", (event) => {
      heard();
      told.room(JSON.parse(/** @type {MessageEvent} */ (event).data));
    });
    events.addEventListener("ended", over);
    events.addEventListener("error", failed);
  }

  /** A browser begins a stream that broke off again by itself, one that was refused it does not. */
  async function failed() {
    silent(LATE);
    if (events?.readyState !== EventSource.CLOSED) return;
    const answer = await fetch(`/api/v1/rooms/${code}`).catch(() => null);
    if (answer?.status === 404) over();
    else again = setTimeout(open, AGAIN);
  }

  function over() {
    close();
    told.over();
  }

  function close() {
    clearTimeout(late);
    clearTimeout(again);
    late = 0;
    events?.close();
    events = null;
  }

  open();
  addEventListener("offline", () => silent(0));
  addEventListener("online", () => { if (events) open(); });
  addEventListener("pagehide", close);
  addEventListener("pageshow", ({ persisted }) => { if (persisted) open(); });
}
