// The vertebrae drawn over a picture: outline in the colour of the grade, level beside it, the chosen one's landmarks.

import { drawn } from "./dom.js";
import { middleOf } from "./geometry.js";

const LABEL_HEIGHT = 15;
const LABEL_GAP = 14;
const FRONT = [2, 3]; // of the six landmarks of a lateral scan; on an AP scan they are the lower corners
const BACK = [0, 5];

/** What a vertebra is coloured by: its grade, or that it cannot be read. */
export function kindOf(vertebra) {
  if (vertebra.status === "unreadable") return "unreadable";
  return `g${Math.min(gradeOf(vertebra) ?? 0, 3)}`;
}

/** The grade that counts: the reader's, where they overruled the measured one. */
export const gradeOf = (vertebra) => (vertebra.overruled ? vertebra.overruled.grade : vertebra.grade);

function labelText(vertebra) {
  if (vertebra.status === "unreadable") return `${vertebra.level} ?`;
  const grade = gradeOf(vertebra);
  return grade === null || grade === undefined ? vertebra.level : `${vertebra.level} ${grade}${vertebra.overruled ? "!" : ""}`;
}

const listOf = (places) => places.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");

/** Whether the front of the bodies is on the left of the screen. */
function frontOnLeft(vertebrae) {
  const ahead = vertebrae.filter((one) => one.landmarks_px.length === 6).map(({ landmarks_px: points }) =>
    middleOf(FRONT.map((index) => points[index]))[1] - middleOf(BACK.map((index) => points[index]))[1]);
  return ahead.reduce((sum, value) => sum + value, 0) < 0;
}

/** Places of the labels, pushed down until none covers another. */
function labels(vertebrae, places, onLeft) {
  const made = vertebrae.map((one, index) => {
    const across = places[index].map(([x]) => x);
    const down = places[index].reduce((sum, [, y]) => sum + y, 0) / places[index].length;
    return { one, x: onLeft ? Math.min(...across) - LABEL_GAP : Math.max(...across) + LABEL_GAP, y: down };
  }).sort((first, second) => first.y - second.y);
  made.forEach((label, index) => { if (index) label.y = Math.max(label.y, made[index - 1].y + LABEL_HEIGHT); });
  return made;
}

/** A ring round a landmark, so that what lies under it is seen. */
function handle([x, y], radius, chosen) {
  const r = chosen ? radius + 2 : radius;
  return drawn("g", { class: chosen ? "handle chosen" : "handle", transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` },
    drawn("circle", { class: "rim", r }), drawn("circle", { r }), drawn("circle", { class: "point", r: 1.2 }));
}

/** Rings are small on small bodies, so that they do not cover each other. */
function ringOn(places) {
  const down = places.map(([, y]) => y);
  return Math.min(Math.max((Math.max(...down) - Math.min(...down)) / 10, 3), 6);
}

function body(one, places, chosen, landmark) {
  const outline = { points: listOf(places) };
  const marks = chosen ? places.map((place, index) => handle(place, ringOn(places), index === landmark))
    : places.map(([x, y]) => drawn("circle", { class: "dot", cx: x.toFixed(1), cy: y.toFixed(1), r: 2 }));
  return drawn("g", { class: `vertebra ${kindOf(one)}${chosen ? " chosen" : ""}`, "data-level": one.level, "data-id": one.id },
    drawn("polygon", { class: "rim", ...outline }), drawn("polygon", outline), ...marks);
}

const dotted = (one, places) => drawn("polygon", { class: "mine", points: listOf(places), "data-level": one.level });

/**
 * Draw vertebrae.
 * @param {SVGElement} svg
 * @param {import("./viewport.js").Viewport} viewport
 * @param {import("./changes.js").Vertebra[]} vertebrae
 * @param {{chosenId?: string|null, landmark?: number|null, mine?: import("./changes.js").Vertebra[]}} also what is chosen,
 *   and what the reader would have where that is not what is saved
 */
export function drawOverlay(svg, viewport, vertebrae, { chosenId = null, landmark = null, mine = [] } = {}) {
  const placed = vertebrae.filter((one) => one.landmarks_px.length);
  const placesOf = (one) => one.landmarks_px.map((point) => viewport.toScreen(point));
  const places = placed.map(placesOf);
  const onLeft = frontOnLeft(placed);
  const bodies = placed.map((one, index) => body(one, places[index], one.id === chosenId, landmark));
  const named = labels(placed, places, onLeft).map(({ one, x, y }) =>
    drawn("text", { class: `${kindOf(one)}${one.id === chosenId ? " chosen" : ""}`, x: x.toFixed(1), y: (y + 5).toFixed(1), "text-anchor": onLeft ? "end" : "start" }, labelText(one)));
  svg.replaceChildren(...mine.filter((one) => one.landmarks_px.length).map((one) => dotted(one, placesOf(one))), ...bodies, ...named);
}
