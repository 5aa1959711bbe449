// Two readers, or two windows, on one scan: what the other did, and the choice of what becomes of one's own strokes.

import { button, element } from "./dom.js";
import { distance } from "./geometry.js";

const furthest = (points, others) => Math.max(0, ...points.map((point, index) => distance(point, others[index])));

function changesOf(before, after) {
  const moved = furthest(before.landmarks_px, after.landmarks_px);
  return [
    before.level !== after.level && `${before.level} is now ${after.level}`,
    moved > 0.005 && `${after.level} moved by up to ${moved.toFixed(1)} pixels`,
    before.status !== after.status && `${after.level} is now ${after.status}${after.reason ? ` (${after.reason})` : ""}`,
    JSON.stringify(before.overruled) !== JSON.stringify(after.overruled) &&
      (after.overruled ? `${after.level} overruled to grade ${after.overruled.grade}` : `${after.level} is no longer overruled`),
    before.note !== after.note && `another note on ${after.level}`,
  ].filter(Boolean);
}

/** What is different between two states of a case, in words. @param {import("./changes.js").Case} before */
export function differences(before, after) {
  const [old, present] = [before, after].map((state) => new Map(state.vertebrae.map((one) => [one.id, one])));
  return [
    ...after.vertebrae.flatMap((one) => (old.has(one.id) ? changesOf(old.get(one.id), one) : [`${one.level} added`])),
    ...before.vertebrae.filter((one) => !present.has(one.id)).map((one) => `${one.level} removed`),
    ...(before.accepted !== after.accepted ? [after.accepted ? "the scan is accepted" : "the scan is open again"] : []),
  ];
}

/** The choice. @param {import("./saving.js").Saving} saving @param {(keep: boolean) => void} decide */
export function conflictBar(saving, decide) {
  const theirs = differences(saving.conflict.before, saving.current).join("; ") || "nothing that is drawn";
  const yours = saving.pending.map((stroke) => stroke.words).join("; ");
  return element("div", { class: "bar" },
    element("div", {},
      element("p", {}, element("strong", {}, "This scan was changed elsewhere while you were reading it. "), "What you see is what is saved now; yours is dotted, and not saved."),
      element("p", {}, `The other: ${theirs}.`), element("p", {}, `Yours, waiting: ${yours}.`)),
    element("div", { class: "buttons" },
      button("Put mine on top", () => decide(true), "m"), button("Take what was saved", () => decide(false), "t")));
}
