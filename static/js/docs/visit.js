// What a visit of the try-it page has made: pictures, models, trainings, lessons, rooms. Requests about what somebody
// owns go to the newest of them, with the key that its answer gave; where there is none, the example is made first.
//
//   POST /api/v1/rooms  ─►  201, Location: /api/v1/rooms/K3M9XQ, {"key": …}      remember
//   PUT /api/v1/rooms/{code}  ─►  code=K3M9XQ, Authorization: Bearer …           fill, carry

/** The newest id, by the address of all such things. */
const newest = new Map();
/** Keys, by the address of what they are for. */
const keys = new Map();

/** The address of one thing in that of a request about it. */
const one = (url) => new URL(url, location.href).pathname.split("/", 5).join("/");

/** Parts of the address of one thing: that of all, and its id. */
const parts = (address) => address.split(/\/(?=[^/]+$)/);

/** Notes what an answer has made or deleted. */
export function remember(answer) {
  const { status, url, headers, obj } = answer;
  const key = obj?.key ?? obj?.delete_token;
  if (status === 201 && key) {
    const [all, id] = parts(headers.location);
    newest.set(all, id);
    keys.set(headers.location, key);
  }
  if (status === 204) {
    const [all, id] = parts(one(url));
    if (newest.get(all) === id) newest.delete(all);
    keys.delete(one(url));
  }
  return answer;
}

/** Gives a request that changes something the key of what it is about, and has a stream of events end. */
export function carry(request) {
  const key = keys.get(one(request.url));
  if (key && request.method !== "GET") request.headers.Authorization ??= ["Bearer", key].join(" ");
  request.userFetch = brief;
  return request;
}

/** Fetches an answer; of a stream of events, which has no end of its own, the first. */
async function brief(url, request) {
  const answer = await fetch(url, request);
  if (!answer.headers.get("Content-Type")?.startsWith("text/event-stream")) return answer;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (let ended = false; !ended && !(text.includes("\ndata: ") && text.endsWith("\n\n"));) {
    const { value, done } = await reader.read();
    text += value ?? "";
    ended = done;
  }
  reader.cancel();
  return new Response(text, answer);
}

/** Puts the id of what the visit has made into the fields of a request that is about such a thing. */
export async function fill({ pathMethod, operation, parameters, specActions, specSelectors }) {
  const [path, method] = pathMethod;
  const [all, rest] = path.split("/{");
  const owned = operation.get("security")?.every((way) => way.size);
  if (owned && !newest.has(all)) await make(all, specSelectors.specJson().getIn(["paths", all, "post"]).toJS());
  if (!newest.has(all) || !rest || !(owned || method === "get")) return; // an answer is given in somebody else's room
  const name = rest.split("}")[0];
  const field = parameters.find((parameter) => parameter.get("name") === name);
  specActions.changeParamByIdentity(pathMethod, field, newest.get(all), false);
}

/** Makes the example of a request that makes something. */
async function make(all, { requestBody }) {
  const [[kind, { example }]] = Object.entries(requestBody.content);
  const form = new FormData();
  for (const [name, value] of Object.entries(example)) form.append(name, value);
  const body = kind === "application/json" ? new Blob([JSON.stringify(example)], { type: kind }) : form;
  const answer = await fetch(all, { method: "POST", body });
  remember({ status: answer.status, headers: { location: answer.headers.get("Location") }, obj: await answer.json() });
}
