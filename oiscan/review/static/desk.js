// The reading view: one case with its picture, its table, and what keys and pointer do to them.

import { caseAddress, get, picture } from "./api.js";
import { OtherVisit } from "./compare.js";
import { part } from "./dom.js";
import { middleOf } from "./geometry.js";
import { listenToPointer } from "./gestures.js";
import { Hands } from "./hands.js";
import { drawOverlay } from "./overlay.js";
import { Pane } from "./pane.js";
import { Reading } from "./reading.js";
import { Side } from "./side.js";
import { Tone } from "./tone.js";

const CLOSE_UP = 0.3; // share of the screen that a vertebra takes when zoomed to
const FINE_ZOOM = 6;
const FINE_STEP = 0.25;
const PAN = 60;
const ROUND_A_VERTEBRA = 80; // kept free on the screen

/**
 * Where to go from the desk, whom to tell how saving goes, and how many grades the scale has.
 * @typedef {{enter: () => void, leave: () => void, step: (by: number) => void, next: () => void,
 *   told: (reading: Reading) => void, grades: () => number}} Rooms
 */

export class Desk {
  /** @param {Rooms} rooms */
  constructor(rooms) {
    this.rooms = rooms;
    this.stage = part("stage");
    this.tone = new Tone();
    this.hidden = false; // what is drawn
    /** @type {Reading|null} */
    this.reading = null;
    this.hands = new Hands(this);
    this.side = new Side(this);
    this.pane = new Pane(this.stage, this.tone, (svg, viewport) => this.drawOver(svg, viewport));
    this.other = new OtherVisit(part("beside"), this.tone, () => this.pane.resized());
    this.ahead = new Map(); // pictures asked for before they are looked at
    listenToPointer(this.stage, this);
  }

  // Opening

  /** Show a case. Raises what the server says where there is none. @param {string} name */
  async open(name) {
    const [current, bitmap] = await Promise.all([get(caseAddress(name)), this.pictureOf(name).catch((error) => error)]);
    this.ahead.delete(name);
    this.reading = new Reading(current, () => this.show());
    this.rooms.enter();
    this.other.close();
    const missing = bitmap instanceof Error;
    this.pane.load(current, missing ? null : bitmap, missing ? `No picture: ${current.no_picture || bitmap.message}` : "");
    this.hands.say("");
    this.reading.chooseNext(1);
  }

  pictureOf(name) {
    return this.ahead.get(name) ?? picture(caseAddress(name, "picture.png"));
  }

  /** Fetch the picture of the scan that will probably be next. */
  prepare(name) {
    this.ahead.clear();
    const coming = picture(caseAddress(name, "picture.png"));
    coming.catch(() => this.ahead.delete(name)); // it is asked for again, and then said why there is none
    this.ahead.set(name, coming);
  }

  // Showing: asked for at every change, done once a frame

  show() {
    this.pane.draw();
    this.rooms.told(this.reading);
  }

  get case() { return this.reading.case; }
  get vertebrae() { return this.reading.vertebrae; }
  get viewport() { return this.reading && this.pane.viewport; }
  get chosenId() { return this.reading.chosenId; }
  get editable() { return !this.reading.saving.conflict && !this.case.accepted && !this.case.no_picture; }

  drawOver(svg, viewport) {
    const { chosenId, landmark, saving } = this.reading;
    const mine = saving.conflict ? this.reading.mine.vertebrae : [];
    if (this.hidden) svg.replaceChildren();
    else drawOverlay(svg, viewport, this.vertebrae, { chosenId, landmark, mine });
    this.other.follow(this.case, viewport);
    this.pane.legend.textContent = `zoom ${viewport.zoom.toFixed(2)} \u00b7 ${this.tone.words}`;
    this.side.show();
  }

  // Going elsewhere: not before every stroke is saved

  /** Whether all is saved, once the server has answered. */
  async saved() {
    this.reading.letGo();
    if (this.reading.saving.conflict) this.hands.mayEdit(); // says what comes first
    return this.reading.saving.settled();
  }

  async leave() {
    if (await this.saved()) this.rooms.leave();
  }

  async step(by) {
    if (await this.saved()) this.rooms.step(by);
  }

  async acceptAndNext() {
    if (this.going || !(this.case.accepted || this.hands.mayEdit())) return;
    this.going = true;
    if (!this.case.accepted) this.reading.accept(true);
    const taken = await this.saved();
    this.going = false;
    if (taken) this.rooms.next();
  }

  // Choosing and moving

  choose(id, landmark = null) { this.reading.choose(id, landmark); }
  drag(id, landmark, points) { this.reading.drag(id, landmark, points); }
  letGo() { this.reading.letGo(); }

  chooseNext(by) {
    this.reading.chooseNext(by);
    if (this.reading.chosen) this.reveal(this.reading.chosen.landmarks_px);
  }

  chooseLandmark(landmark) {
    const one = this.reading.chosen;
    if (one && (landmark === null || one.landmarks_px[landmark])) this.choose(one.id, landmark);
  }

  /** An arrow key: moves what is chosen, or the picture. @param {[number, number]} direction (right, down) @param {number|null} pixels */
  arrow([right, down], pixels) {
    if (!this.reading.chosen) return this.panBy(-right * PAN, -down * PAN);
    const step = pixels ?? (this.viewport.zoom >= FINE_ZOOM ? FINE_STEP : 1);
    return this.hands.worked() && this.reading.nudge(this.viewport.stepOf(right * step, down * step));
  }

  // Looking

  panBy(right, down) { this.viewport.panBy(right, down); this.pane.draw(); }
  zoomBy(factor, x, y) { this.viewport.zoomBy(factor, x, y); this.pane.draw(); }
  fit() { this.viewport.fit(); this.pane.draw(); }

  reveal(points) {
    this.viewport.reveal(middleOf(points), ROUND_A_VERTEBRA);
    this.pane.draw();
  }

  zoomToChosen() {
    const one = this.reading.chosen;
    if (one) this.viewport.lookAt(one.landmarks_px, CLOSE_UP);
    this.pane.draw();
  }

  changeTone(wider, higher) { this.tone.change(wider, higher); this.toned(); }
  invert() { this.tone.inverted = !this.tone.inverted; this.toned(); }
  resetTone() { this.tone.reset(); this.toned(); }

  toned() {
    this.pane.toned();
    if (this.other.visit) this.other.pane.toned();
  }

  toggleDrawing() {
    this.hidden = !this.hidden;
    this.pane.draw();
  }

  /** The next of the subject's other visits beside this one; after the last, none. */
  async compare() {
    try {
      await this.other.next(this.case.others);
    } catch (error) {
      this.hands.say(error.message);
    }
  }
}
