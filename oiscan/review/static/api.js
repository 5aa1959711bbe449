// Talks to the server in JSON. What goes wrong is one of three things, and each is dealt with differently.

const PATIENCE_MS = 15000;

/** No answer, or one that says nothing about what was asked: ask again. */
export class Lost extends Error {}

/** The server will never take this. */
export class Refused extends Error {}

/** Somebody else was quicker. `current` is the case as it stands now. */
export class Conflict extends Error {
  constructor(words, current) {
    super(words);
    this.current = current;
  }
}

const UNKNOWN_PAGE =
  "the server was started anew and no longer knows this page. Start it with the --port it had before and open the address " +
  "it prints in another tab of this browser: this page then goes on by itself";

const csrfIn = (page) => page.querySelector("meta[name=csrf]")?.getAttribute("content") ?? "";
let csrf = csrfIn(document);

const NOT_THE_SERVER = "what answers is not the reading server: if you had to log in, log in again in another tab of this browser";

async function fetched(path, options) {
  try {
    return await fetch(path, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    throw new Lost("the server does not answer");
  }
}

/** Ask for the page again: after a restart of the server another word proves that it is this page that writes. */
async function renewed() {
  const answer = await fetched("/", {});
  if (!answer.ok) return false;
  csrf = csrfIn(new DOMParser().parseFromString(await answer.text(), "text/html"));
  return true;
}

/** What the server says is wrong. */
async function told(answer) {
  try {
    return await answer.json();
  } catch {
    return { error: `the server says ${answer.status}` };
  }
}

async function understood(answer) {
  if (answer.ok) return answer.json().catch(() => { throw new Lost(NOT_THE_SERVER); });
  if (answer.status === 403) throw new Lost(UNKNOWN_PAGE);
  if (answer.status >= 500 || answer.status === 429) throw new Lost("the server cannot answer now");
  const { error, case: current } = await told(answer);
  throw answer.status === 409 ? new Conflict(error, current) : new Refused(error);
}

/** What stands at an address. */
export async function get(path) {
  return understood(await fetched(path, {}));
}

/** Send JSON to an address. */
export async function post(path, body) {
  const send = () => fetched(path, {
    method: "POST", headers: { "Content-Type": "application/json", "X-Oiscan-CSRF": csrf }, body: JSON.stringify(body),
  });
  const answer = await send();
  return understood(answer.status === 403 && await renewed() ? await send() : answer);
}

/** A picture, decoded. @returns {Promise<ImageBitmap>} */
export async function picture(path) {
  const answer = await fetched(path, {});
  if (!answer.ok) await understood(answer);
  return createImageBitmap(await answer.blob());
}

/** The address of a case, or of what belongs to it. */
export const caseAddress = (name, ...rest) => ["/api/cases", encodeURIComponent(name), ...rest].join("/");
