// What the mouse, a pen or a finger does on the picture: drag a landmark, choose a vertebra, pan, zoom, set the window.

import { distance, inside } from "./geometry.js";

const REACH = 12; // of a landmark, on the screen
const WHEEL_ZOOM = 0.0016;
const GREYS_A_PIXEL = 0.6;
const PRIMARY = 0;
const SECONDARY = 2;

/** The landmark under the pointer; those of the chosen vertebra come first. */
function landmarkAt(place, { vertebrae, chosenId, viewport }) {
  const near = vertebrae.flatMap((one) => one.landmarks_px.map((point, landmark) => ({
    one, landmark, away: distance(viewport.toScreen(point), place) * (one.id === chosenId ? 0.5 : 1),
  }))).filter(({ away }) => away <= REACH);
  return near.sort((first, second) => first.away - second.away)[0] ?? null;
}

const vertebraAt = (place, { vertebrae, viewport }) =>
  vertebrae.find((one) => one.landmarks_px.length && inside(one.landmarks_px.map((point) => viewport.toScreen(point)), place)) ?? null;

/** What dragging from here does: called with how far the pointer has gone since it was pressed. */
function dragOf(event, place, desk) {
  if (event.button === SECONDARY) return toneDrag(desk);
  const under = desk.editable ? landmarkAt(place, desk) : null;
  if (under) return landmarkDrag(under, place, desk);
  const one = vertebraAt(place, desk);
  return { ...panDrag(desk), click: () => desk.choose(one?.id ?? null) };
}

function landmarkDrag({ one, landmark }, place, desk) {
  desk.choose(one.id, landmark);
  const grip = desk.viewport.toScreen(one.landmarks_px[landmark]); // the point keeps its distance from the pointer
  const to = (by) => one.landmarks_px.map((point, index) =>
    (index === landmark ? desk.viewport.toImage(grip[0] + by[0], grip[1] + by[1]) : point));
  return { move: (by) => desk.drag(one.id, landmark, to(by)), end: () => desk.letGo() };
}

function panDrag(desk) {
  let done = [0, 0];
  return { move: (by) => { desk.panBy(by[0] - done[0], by[1] - done[1]); done = by; } };
}

function toneDrag(desk) {
  let done = [0, 0];
  return { move: (by) => { desk.changeTone((by[0] - done[0]) * GREYS_A_PIXEL, (by[1] - done[1]) * GREYS_A_PIXEL); done = by; } };
}

/**
 * Let the pointer work on the desk.
 * @param {HTMLElement} stage
 * @param {import("./desk.js").Desk} desk
 */
export function listenToPointer(stage, desk) {
  let drag = null;
  let from = [0, 0];
  let gone = false;
  const placeOf = (event) => {
    const box = stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const finish = () => {
    if (drag && gone) drag.end?.();
    else if (drag) drag.click?.();
    drag = null;
  };
  stage.addEventListener("pointerdown", (event) => {
    if (drag || !desk.viewport || (event.button !== PRIMARY && event.button !== SECONDARY)) return;
    stage.setPointerCapture(event.pointerId);
    [from, gone] = [placeOf(event), false];
    drag = dragOf(event, from, desk);
  });
  stage.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const place = placeOf(event);
    gone ||= distance(place, from) > 1;
    if (gone) drag.move([place[0] - from[0], place[1] - from[1]]);
  });
  stage.addEventListener("pointerup", finish);
  stage.addEventListener("pointercancel", finish);
  stage.addEventListener("contextmenu", (event) => event.preventDefault());
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    desk.zoomBy(Math.exp(-event.deltaY * WHEEL_ZOOM), ...placeOf(event));
  }, { passive: false });
}
