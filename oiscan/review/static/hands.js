// What a reader does to a case beyond moving points: each a question where one is needed, and then a stroke.

import { columnOf, levelsOf } from "./changes.js";
import { part } from "./dom.js";
import { askFront, askGrade, askLevel, askNote, askReason } from "./forms.js";
import { fromNeighbours, uprightBody } from "./geometry.js";

const PLACES = 20; // vertebrae and discs that would fill a picture's height, where none is marked to go by
const FIRST_GUESS = "L1";

/** The level a reader most likely misses: a gap, else the one below the last, or above the first where that is chosen. */
function likelyMissing(levels, vertebrae, chosenId) {
  if (!vertebrae.length) return FIRST_GUESS;
  const column = columnOf(levels, levelsOf(vertebrae));
  const places = vertebrae.map((one) => column.indexOf(one.level));
  const [first, last] = [Math.min(...places), Math.max(...places)];
  const free = column.map((level, place) => ({ level, place })).filter(({ place }) => !places.includes(place));
  const gap = free.find(({ place }) => place > first && place < last);
  const below = free.find(({ place }) => place > last);
  const above = free.findLast(({ place }) => place < first);
  const outside = vertebrae[0].id === chosenId ? above ?? below : below ?? above;
  return (gap ?? outside)?.level ?? "";
}

export class Hands {
  /** @param {import("./desk.js").Desk} desk */
  constructor(desk) {
    this.desk = desk;
  }

  get reading() { return this.desk.reading; }
  get case() { return this.desk.case; }

  say(words) {
    part("said").textContent = words;
  }

  /** Whether strokes are taken now; says why not. */
  mayEdit() {
    if (this.reading.saving.conflict) this.say("decide first: m puts your strokes on top, t takes what was saved");
    else if (this.case.no_picture) this.say("without its picture a scan cannot be corrected");
    else if (this.case.accepted) this.say("this scan is accepted: o opens it again");
    else this.say("");
    return this.desk.editable;
  }

  /** The chosen vertebra with its measures, where it may be worked on. */
  worked() {
    const { chosenId } = this.reading;
    return this.mayEdit() ? this.reading.vertebrae.find((one) => one.id === chosenId) ?? null : null;
  }

  free(own = "") {
    return this.case.levels.filter((level) => level === own || this.case.vertebrae.every((one) => one.level !== level));
  }

  async add() {
    if (!this.mayEdit()) return;
    const { levels, vertebrae } = this.case;
    const level = await askLevel("Add a vertebra", this.free(), likelyMissing(levels, vertebrae, this.reading.chosenId));
    const points = level && (fromNeighbours(vertebrae, columnOf(levels, levelsOf(vertebrae).add(level)), level) ?? await this.firstBody());
    if (!points) return;
    this.reading.add(level, points);
    this.desk.reveal(points);
  }

  /** A body in the middle of the view, on a scan where none is marked. */
  async firstBody() {
    const { view, rows, upside_down: upsideDown, pixel_size: [height, width] } = this.case;
    const lateral = view === "lateral";
    const front = lateral ? await askFront() : "right";
    const { viewport } = this.desk;
    const centre = viewport.toImage(viewport.width / 2, viewport.height / 2);
    return front && uprightBody(centre, rows / PLACES, { lateral, front, upsideDown, aspect: height / width });
  }

  remove() {
    if (this.worked()) this.reading.remove();
  }

  async relabel() {
    const one = this.worked();
    const level = one && await askLevel(`${one.level} is really`, this.free(one.level), one.level);
    if (level && level !== one.level) this.reading.change({ kind: "relabel", level }, `is ${level}`);
  }

  shift(by) {
    if (!this.mayEdit() || !this.case.vertebrae.length) return;
    if (this.reading.mayShift(by)) this.reading.shift(by);
    else this.say("the names cannot go further: the column ends there");
  }

  async unreadable() {
    const one = this.worked();
    if (!one) return;
    const reason = one.status === "unreadable" ? "" : await askReason(one.level, this.case.reasons);
    if (reason) this.reading.change({ kind: "unreadable", reason }, "unreadable");
    else if (reason === "") this.reading.change({ kind: "readable" }, "readable again");
  }

  async overrule() {
    const one = this.worked();
    if (!one || this.case.view !== "lateral" || one.status === "unreadable") return;
    const given = await askGrade(one, this.desk.rooms.grades());
    if (given) this.reading.change({ kind: "overrule", ...given }, given.grade === null ? "graded as measured" : `overruled to grade ${given.grade}`);
  }

  async note() {
    const one = this.worked();
    const text = one && await askNote(one);
    if (one && text !== null && text !== one.note) this.reading.change({ kind: "note", text }, "note");
  }

  reopen() {
    if (this.case.accepted && !this.reading.saving.conflict) this.reading.accept(false);
  }

  undo() {
    if (!this.reading.saving.conflict && (this.case.can_undo || this.reading.unsaved)) this.reading.undo();
  }

  /** After a conflict. */
  decide(keep) {
    if (this.reading.saving.conflict) this.reading.saving.decide(keep);
    this.desk.stage.focus();
  }
}
