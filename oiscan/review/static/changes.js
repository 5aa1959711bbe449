// What a change does to a case, shown before the server has answered. The measures are the server's alone.

/**
 * @typedef {number[]} Point (row, column), sub-pixel, in the stored image
 * @typedef {{id: string, level: string, status: string, reason: string, landmarks_px: Point[], source: string,
 *   grade: number|null, deformity: string, overruled: {grade: number, why: string}|null, note: string,
 *   measures: Record<string, unknown>, borderline: number[], grade_probabilities: number[]}} Vertebra
 * @typedef {{case: string, title: string, version: number, view: string, rows: number, columns: number, pixel_size: [number, number],
 *   spacing_mm: [number, number]|null, upside_down: boolean, levels: string[], landmark_names: string[], reasons: string[],
 *   vertebrae: Vertebra[], accepted: boolean, can_undo: boolean, no_picture: string, notes: string[],
 *   others: {case: string, title: string}[]}} Case
 * @typedef {{kind: string, id?: string} & Record<string, any>} Change
 */

/** The levels from head to foot; T13 and L6 only where somebody named them. */
export const columnOf = (levels, used) => levels.filter((level) => used.has(level) || (level !== "T13" && level !== "L6"));

/** The levels that vertebrae have. @param {Vertebra[]} vertebrae */
export const levelsOf = (vertebrae) => new Set(vertebrae.map((one) => one.level));

/** The level `by` places further to the foot; null past the end. */
export function shiftedLevel(levels, level, by, used) {
  const known = columnOf(levels, used);
  return known[known.indexOf(level) + by] ?? null;
}

/** Vertebrae from head to foot. */
export const inOrder = (levels, vertebrae) =>
  [...vertebrae].sort((one, other) => levels.indexOf(one.level) - levels.indexOf(other.level));

const moved = (points, change) =>
  change.landmarks_px ?? points.map((point, index) => (index === change.landmark ? change.to : point));

const added = (change, id) => ({
  id, level: change.level, status: "scored", reason: "", landmarks_px: change.landmarks_px, source: "reader",
  grade: null, deformity: "", overruled: null, note: "", measures: {}, borderline: [], grade_probabilities: [],
});

/** How each kind changes the vertebra it is about. */
const ONE = {
  move: (one, change) => ({ ...one, landmarks_px: moved(one.landmarks_px, change), source: "reader" }),
  relabel: (one, change) => ({ ...one, level: change.level }),
  unreadable: (one, change) => ({ ...one, status: "unreadable", reason: change.reason }),
  readable: (one) => ({ ...one, status: "scored", reason: "" }),
  overrule: (one, change) => ({ ...one, overruled: change.grade === null ? null : { grade: change.grade, why: change.why } }),
  note: (one, change) => ({ ...one, note: change.text }),
};

/** How the other kinds change the case. */
const WHOLE = {
  add: (shown, change, id) => ({ vertebrae: [...shown.vertebrae, added(change, id)] }),
  remove: (shown, change) => ({ vertebrae: shown.vertebrae.filter((one) => one.id !== change.id) }),
  accept: () => ({ accepted: true }),
  reopen: () => ({ accepted: false }),
  shift: (shown, change) => {
    const used = levelsOf(shown.vertebrae);
    const renamed = (one) => ({ ...one, level: shiftedLevel(shown.levels, one.level, change.by, used) ?? one.level });
    return { vertebrae: shown.vertebrae.map(renamed) };
  },
};

/**
 * The case after one change.
 * @param {Case} shown
 * @param {Change} change
 * @param {string} id of an added vertebra, until the server gives it one
 * @returns {Case}
 */
export function applied(shown, change, id) {
  const whole = WHOLE[change.kind];
  const altered = whole
    ? whole(shown, change, id)
    : { vertebrae: shown.vertebrae.map((one) => (one.id === change.id ? ONE[change.kind](one, change) : one)) };
  return { ...shown, ...altered, vertebrae: inOrder(shown.levels, altered.vertebrae ?? shown.vertebrae) };
}
