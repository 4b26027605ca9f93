// The lesson and its speaker's window follow each other, as long as both are open in one browser. A lesson follows
// speakers and speakers follow lessons: two lessons in two tabs are two.

const FIELDS = ["step", "answer", "end"];

export class Channel {
  /** @param {"lesson" | "speaker"} role @param {(said: any) => void} heard what the others say */
  constructor(role, heard) {
    this.role = role;
    this.channel = new BroadcastChannel("lesson");
    this.channel.onmessage = ({ data }) => { if (data.role !== role) heard(data); };
  }

  /** Says where one has come to. @param {string} name of the lesson @param {string} address */
  at(name, address) {
    const fields = new URL(address, location.href).searchParams;
    this.tell({ name, fields: FIELDS.filter((field) => fields.has(field)).map((field) => [field, fields.get(field)]) });
  }

  /** @param {object} said */
  tell(said) {
    this.channel.postMessage({ role: this.role, ...said });
  }
}

/** The address at which a page is to be, to be where another window is. @param {{name: string, fields: [string, string][]}} there
 * @param {string} [more] behind the name */
export function follow({ name, fields }, more = "") {
  const here = new URL(location.href);
  for (const field of FIELDS) here.searchParams.delete(field);
  here.pathname = `/lesson/${encodeURIComponent(name)}${more}`;
  for (const [field, text] of fields) here.searchParams.set(field, text);
  return here.pathname + here.search;
}

/** What comes one after the other: a press of a key is followed when the one before it has arrived. */
export class Queue {
  last = Promise.resolve();

  /** @param {() => Promise<void>} job */
  add(job) {
    this.last = this.last.then(job).catch(() => {});
    return this.last;
  }
}
