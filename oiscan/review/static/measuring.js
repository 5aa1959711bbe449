// Heights, ratios and grades of points that are not saved yet, by the library's own rule: one question under way, and of
// those that come meanwhile only the latest is asked.

import { caseAddress, Lost, post } from "./api.js";

const AGAIN_AFTER_MS = 1000;
const asked = ({ id, level, status, reason, landmarks_px }) => ({ id, level, status, reason, landmarks_px });

export class Measuring {
  /**
   * @param {string} name of the case
   * @param {() => void} changed called with every answer
   */
  constructor(name, changed) {
    this.address = caseAddress(name, "measure");
    this.changed = changed;
    this.underWay = false;
    this.forget();
  }

  /** What was measured is no longer what is shown. */
  forget() {
    this.wanted = null;
    /** @type {Map<string, object>|null} */
    this.answer = null;
    this.latest = true; // whether the answer is that to the last question
    this.failed = "";
  }

  /** Measure these vertebrae. @param {import("./changes.js").Vertebra[]} vertebrae */
  ask(vertebrae) {
    this.wanted = vertebrae;
    this.latest = false;
    if (!this.underWay) this.run();
  }

  async run() {
    this.underWay = true;
    while (this.wanted) await this.one();
    this.underWay = false;
  }

  async one() {
    const vertebrae = this.wanted;
    this.wanted = null;
    try {
      const { vertebrae: measured } = await post(this.address, { vertebrae: vertebrae.map(asked) });
      if (this.latest) return; // forgotten meanwhile
      this.answer = new Map(measured.map((one) => [one.id, one]));
      this.latest = this.wanted === null;
      this.failed = "";
    } catch (error) {
      this.failed = error.message;
      if (error instanceof Lost) this.wanted ??= await this.later(vertebrae);
    }
    this.changed();
  }

  /** The same question after a while, unless it has been overtaken. */
  async later(vertebrae) {
    this.changed();
    await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
    return this.latest ? null : vertebrae;
  }
}
