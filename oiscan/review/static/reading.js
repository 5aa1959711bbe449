// The case under the reader's hands: what is saved, what is on its way, what is being moved. It knows nothing of the page.

import { applied, levelsOf, shiftedLevel } from "./changes.js";
import { inPicture, intoPicture, movedBy, rounded } from "./geometry.js";
import { Measuring } from "./measuring.js";
import { Saving } from "./saving.js";

/**
 * @typedef {import("./changes.js").Case} Case
 * @typedef {import("./changes.js").Vertebra} Vertebra
 * @typedef {import("./changes.js").Point} Point
 */

const NUDGES_BELONG_TOGETHER_MS = 700;
const MEASURED = ["status", "reason", "grade", "deformity", "measures", "borderline", "grade_probabilities"];
const spoken = (landmark) => landmark.replaceAll("_", " ");

export class Reading {
  /**
   * @param {Case} current as the server told it
   * @param {() => void} changed called when there is something new to show
   */
  constructor(current, changed) {
    this.changed = changed;
    this.saving = new Saving(current, () => this.moved(), (from, to) => this.renamed(from, to));
    this.measuring = new Measuring(current.case, changed);
    /** @type {{id: string, landmark: number|null, landmarks_px: Point[]}|null} points not let go yet */
    this.draft = null;
    this.timer = 0;
    this.chosenId = null;
    /** Place of the chosen landmark in its vertebra; null where the whole vertebra is meant. */
    this.landmark = null;
  }

  // What is shown

  /** The case with all strokes of the reader, answered or not; while two are in conflict, the other's. @returns {Case} */
  get case() {
    const { current, pending, conflict } = this.saving;
    return conflict ? current : this.with(this.draft, pending.reduce((shown, stroke) => this.with(stroke, shown), current));
  }

  /** The case as the reader would have it, also while two are in conflict. @returns {Case} */
  get mine() {
    return this.saving.pending.reduce((shown, stroke) => this.with(stroke, shown), this.saving.conflict.before);
  }

  with(step, shown) {
    if (!step) return shown;
    const changes = step.changes ?? [{ kind: "move", id: step.id, landmarks_px: step.landmarks_px }];
    return changes.reduce((before, change) => applied(before, change, step.id), shown);
  }

  /** Whether what is shown has not been saved. */
  get unsaved() {
    return this.draft !== null || this.saving.pending.length > 0;
  }

  /** The vertebrae with their measures; `stale` where those belong to points of a moment ago. @returns {(Vertebra & {stale: boolean})[]} */
  get vertebrae() {
    const { answer, latest, failed } = this.measuring;
    return this.case.vertebrae.map((one) => {
      if (latest && !answer) return { ...one, stale: false };
      const measured = answer?.get(one.id) ?? one;
      const told = failed ? { grade: null, measures: {}, borderline: [], grade_probabilities: [], reason: `not measured: ${failed}` }
        : Object.fromEntries(MEASURED.map((name) => [name, measured[name]]));
      return { ...one, ...told, stale: !latest };
    });
  }

  /** Points or saved state changed: measure what is not saved, or go by what the server said. */
  moved() {
    if (this.unsaved && !this.saving.conflict) this.measuring.ask(this.case.vertebrae);
    else this.measuring.forget();
    this.changed();
  }

  // What is chosen

  /** @returns {Vertebra|null} */
  get chosen() {
    return this.case.vertebrae.find((one) => one.id === this.chosenId) ?? null;
  }

  renamed(from, to) {
    if (this.chosenId === from) this.chosenId = to;
    if (this.draft?.id === from) this.draft = { ...this.draft, id: to };
  }

  choose(id, landmark = null) {
    this.letGo();
    this.chosenId = id;
    this.landmark = landmark;
    this.changed();
  }

  /** The next vertebra towards the foot, or the first one. */
  chooseNext(by) {
    const ids = this.case.vertebrae.map((one) => one.id);
    const place = ids.indexOf(this.chosenId);
    this.choose(ids[place < 0 ? (by > 0 ? 0 : ids.length - 1) : Math.min(Math.max(place + by, 0), ids.length - 1)] ?? null, this.landmark);
  }

  // Moving points

  /** Take a landmark, or the whole vertebra, to somewhere in the picture; it is saved when let go. @param {Point[]} landmarks_px */
  drag(id, landmark, landmarks_px) {
    if (!landmarks_px.every((point) => inPicture(point, this.case))) return;
    this.draft = { id, landmark, landmarks_px: landmarks_px.map(rounded) };
    this.moved();
  }

  /** Move what is chosen by (rows, columns); nudges that follow each other closely are one stroke. */
  nudge(step) {
    const one = this.chosen;
    if (!one || this.landmark !== null && !one.landmarks_px[this.landmark]) return;
    const points = this.landmark === null ? movedBy(one.landmarks_px, step)
      : one.landmarks_px.map((point, index) => (index === this.landmark ? movedBy([point], step)[0] : point));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.letGo(), NUDGES_BELONG_TOGETHER_MS);
    this.drag(one.id, this.landmark, points);
  }

  /** Save what is being moved. */
  letGo() {
    clearTimeout(this.timer);
    if (!this.draft) return;
    const { id, landmark, landmarks_px } = this.draft;
    const one = this.chosenOf(id);
    const to = landmark === null ? { landmarks_px } : { landmark, to: landmarks_px[landmark] };
    const what = landmark === null ? "moved" : `${spoken(this.case.landmark_names[landmark])} moved`;
    this.draft = null;
    this.saving.push([{ kind: "move", id, ...to }], `${one.level} ${what}`);
  }

  chosenOf = (id) => this.case.vertebrae.find((one) => one.id === id);

  // The other strokes

  /** @param {import("./changes.js").Change} change @param {string} words */
  stroke(change, words) {
    this.letGo();
    return this.saving.push([change], words).id;
  }

  add(level, landmarks_px) {
    const placed = landmarks_px.map((point) => rounded(intoPicture(point, this.case)));
    const id = this.stroke({ kind: "add", level, landmarks_px: placed }, `${level} added`);
    this.choose(id, null);
  }

  remove() {
    const { id, level } = this.chosen;
    this.stroke({ kind: "remove", id }, `${level} removed`);
    this.choose(null);
  }

  /** A change of the chosen vertebra. */
  change(change, words) {
    this.stroke({ ...change, id: this.chosenId }, `${this.chosen.level} ${words}`);
  }

  /** Whether all names may move by one. */
  mayShift(by) {
    const used = levelsOf(this.case.vertebrae);
    return this.case.vertebrae.every((one) => shiftedLevel(this.case.levels, one.level, by, used) !== null);
  }

  shift(by) {
    this.stroke({ kind: "shift", by }, `all names one level ${by > 0 ? "down" : "up"}`);
  }

  accept(yes) {
    this.stroke({ kind: yes ? "accept" : "reopen" }, yes ? "accepted" : "opened again");
  }

  /** Take the last stroke back; one that has not been let go is simply dropped. */
  undo() {
    clearTimeout(this.timer);
    if (this.draft) {
      this.draft = null;
      this.moved();
    } else this.saving.push([], "undone", true);
  }
}
