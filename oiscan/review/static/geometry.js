// Points of vertebrae: where their middle is, what lies under the pointer, and where one that was not found may be.

/** @typedef {import("./changes.js").Point} Point */

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** How far two places are apart. @param {number[]} one @param {number[]} other */
export const distance = (one, other) => Math.hypot(other[0] - one[0], other[1] - one[1]);

/** Middle of some points. @param {Point[]} points @returns {Point} */
export const middleOf = (points) => [mean(points.map(([row]) => row)), mean(points.map(([, column]) => column))];

/** Points moved by (rows, columns). @param {Point[]} points @returns {Point[]} */
export const movedBy = (points, [rows, columns]) => points.map(([row, column]) => [row + rows, column + columns]);

/** To a hundredth of a pixel: finer than anybody points. @param {Point} point @returns {Point} */
export const rounded = (point) => point.map((value) => Math.round(value * 100) / 100);

/** Whether a point lies in a picture; the first pixel's centre is 0. @param {Point} point */
export const inPicture = ([row, column], { rows, columns }) =>
  row >= -0.5 && row <= rows - 0.5 && column >= -0.5 && column <= columns - 0.5;

/** The nearest point that lies in a picture. @param {Point} point @returns {Point} */
export const intoPicture = ([row, column], { rows, columns }) =>
  [Math.min(Math.max(row, 0), rows - 1), Math.min(Math.max(column, 0), columns - 1)];

/** Whether a place lies inside a polygon, all in one frame. */
export function inside(polygon, [x, y]) {
  let within = false;
  polygon.forEach(([x0, y0], index) => {
    const [x1, y1] = polygon[(index + 1) % polygon.length];
    if (y0 > y !== y1 > y && x < x0 + ((y - y0) * (x1 - x0)) / (y1 - y0)) within = !within;
  });
  return within;
}

/** `share` of the way from the points of one vertebra to those of another; below 0 and above 1 it is beyond them. */
const along = (one, other, share) =>
  one.map(([row, column], index) => [row + (other[index][0] - row) * share, column + (other[index][1] - column) * share]);

/** The upper half of the points is the upper endplate, in either view. */
function downOf(points) {
  const half = points.length / 2;
  const [upper, lower] = [middleOf(points.slice(0, half)), middleOf(points.slice(half))];
  return [lower[0] - upper[0], lower[1] - upper[1]];
}

const DISC = 1.25; // from one body to the next, over a body's height, where a single neighbour is all there is

/**
 * Points of a vertebra that was not found, drawn from its neighbours.
 * @param {{level: string, landmarks_px: Point[]}[]} placed those with points, from head to foot
 * @param {string[]} levels from head to foot, without those that this person does not have
 * @param {string} level that is wanted
 * @returns {Point[]|null} null where nothing is placed yet
 */
export function fromNeighbours(placed, levels, level) {
  const away = (one) => levels.indexOf(one.level) - levels.indexOf(level);
  const above = placed.filter((one) => away(one) < 0).slice(-2);
  const below = placed.filter((one) => away(one) > 0).slice(0, 2);
  const pair = above.length && below.length ? [above.at(-1), below[0]] : [...above, ...below];
  if (pair.length === 2) {
    const [first, second] = pair;
    return along(first.landmarks_px, second.landmarks_px, -away(first) / (away(second) - away(first)));
  }
  if (pair.length === 0) return null;
  const [rows, columns] = downOf(pair[0].landmarks_px);
  return movedBy(pair[0].landmarks_px, [rows * -away(pair[0]) * DISC, columns * -away(pair[0]) * DISC]);
}

const LATERAL = [[-1, -1], [-1, 0], [-1, 1], [1, 1], [1, 0], [1, -1]]; // (down, to the front)
const AP = [[-1, -1], [-1, 1], [1, 1], [1, -1]];

/**
 * An upright body to begin with, where no vertebra was found at all.
 * @param {Point} centre
 * @param {number} height in stored pixels
 * @param {{lateral: boolean, front: string, upsideDown: boolean, aspect: number}} how the picture shows it
 * @returns {Point[]}
 */
export function uprightBody(centre, height, { lateral, front, upsideDown, aspect }) {
  const depth = height * aspect * 1.3;
  const down = upsideDown ? -1 : 1;
  const forward = front === "left" && lateral ? -1 : 1;
  return (lateral ? LATERAL : AP).map(([below, ahead]) => [
    centre[0] + (down * below * height) / 2, centre[1] + (forward * ahead * depth) / 2,
  ]);
}
