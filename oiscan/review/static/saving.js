// Strokes on their way to the server: one at a time, in order, each until it is answered. None is dropped silently.

import { Conflict, Refused, caseAddress, post } from "./api.js";

const AGAIN_AFTER_MS = 2000;

/**
 * @typedef {import("./changes.js").Case} Case
 * @typedef {{stroke: string, id: string, changes: import("./changes.js").Change[], words: string, undo: boolean}} Stroke
 *   `id` is what a vertebra it adds is called until the server has named it
 */

/** Only what is marked: levels that nobody marked are seen from the gaps. @param {Case} told @returns {Case} */
const marked = (told) => ({ ...told, vertebrae: told.vertebrae.filter((one) => one.landmarks_px.length) });

export class Saving {
  /**
   * @param {Case} current as the server told it
   * @param {() => void} changed called when there is something new to show
   * @param {(from: string, to: string) => void} renamed called when the server has named an added vertebra
   */
  constructor(current, changed, renamed) {
    this.current = marked(current);
    this.changed = changed;
    this.renamed = renamed;
    this.made = 0;
    /** @type {Stroke[]} */
    this.pending = [];
    this.lost = ""; // why the last try failed
    /** @type {{words: string, before: Case}|null} */
    this.conflict = null;
    /** @type {string[]} */
    this.refused = [];
    this.sending = false;
    this.waiting = [];
  }

  /** Put a stroke at the end of the queue. */
  push(changes, words, undo = false) {
    this.made += 1;
    const stroke = { stroke: crypto.randomUUID(), id: `new${this.made}`, changes, words, undo };
    this.pending.push(stroke);
    this.changed();
    this.send();
    return stroke;
  }

  /** Whether every stroke was taken, once they have been answered or somebody has to decide. @returns {Promise<boolean>} */
  async settled() {
    const before = this.refused.length;
    if (this.pending.length && !this.conflict) await new Promise((resolve) => this.waiting.push(resolve));
    return !this.pending.length && this.refused.length === before;
  }

  /** Send what waits, unless somebody has to decide first. */
  async send() {
    if (this.sending || this.conflict) return;
    this.sending = true;
    while (this.pending.length && !this.conflict && await this.sent(this.pending[0]));
    this.sending = false;
    if (this.lost) setTimeout(() => this.send(), AGAIN_AFTER_MS);
    if (!this.lost) this.waiting.splice(0).forEach((resolve) => resolve());
  }

  /** Whether the first stroke is done with. @param {Stroke} first */
  async sent(first) {
    try {
      const before = this.current;
      this.current = marked(await this.answered(first));
      this.pending.shift();
      this.nameAdded(first, before);
      this.lost = "";
    } catch (error) {
      if (error instanceof Refused) this.refuse(error.message);
      else if (error instanceof Conflict) this.collide(error);
      else this.lost = error.message;
    }
    this.changed();
    return !this.lost;
  }

  answered({ stroke, changes, undo }) {
    const body = { version: this.current.version, stroke };
    return post(caseAddress(this.current.case, undo ? "undo" : "readings"), undo ? body : { ...body, changes });
  }

  /** The waiting strokes on a vertebra that was added call it as the server does. @param {Stroke} stroke @param {Case} before */
  nameAdded(stroke, before) {
    if (!stroke.changes.some((change) => change.kind === "add")) return;
    const { id } = this.current.vertebrae.find((one) => before.vertebrae.every((old) => old.id !== one.id));
    for (const { changes } of this.pending) for (const change of changes) if (change.id === stroke.id) change.id = id;
    this.renamed(stroke.id, id);
  }

  /** The first stroke is dropped, and said so; nor is a scan accepted on which the reader has to look again. */
  refuse(why) {
    this.refused.push(`${this.pending.shift().words}: ${why}`);
    const left = this.pending.filter(({ changes }) => changes.every((change) => change.kind !== "accept"));
    if (left.length < this.pending.length) this.refused.push("accepted: look at the strokes above first");
    this.pending = left;
    this.lost = "";
  }

  collide(error) {
    this.conflict = { words: error.message, before: this.current };
    this.current = marked(error.current);
    this.lost = "";
  }

  /** After a conflict: send the waiting strokes on top of what the other did, or let them go. */
  decide(keep) {
    this.conflict = null;
    if (!keep) this.pending.splice(0);
    this.changed();
    this.send();
  }
}
