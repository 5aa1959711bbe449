// Every action, by key: one table, from which the keyboard, the buttons and the help are made.

import { element } from "./dom.js";

/**
 * @typedef {{keys: string[], shown?: string[], words: string, button?: string, run: (subject: any, key: string) => void}} Action
 *   `subject` is the desk, or the worklist
 */

const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const arrow = (key) => ARROWS[key.replace("Shift+", "")];
const LANDMARKS = ["1", "2", "3", "4", "5", "6"];

/** @type {[string, Action[]][]} */
export const READING_KEYS = [
  ["Scan", [
    { keys: ["Enter"], words: "accept the scan and go to the next one that is not accepted", button: "Accept and next", run: (desk) => desk.acceptAndNext() },
    { keys: ["PageDown", "PageUp"], shown: ["PgDn", "PgUp"], words: "next, previous scan of the list, without accepting", run: (desk, key) => desk.step(key === "PageDown" ? 1 : -1) },
    { keys: ["o"], words: "open an accepted scan again", button: "Open again", run: (desk) => desk.hands.reopen() },
    { keys: ["Ctrl+z"], words: "undo the last stroke on this scan", button: "Undo", run: (desk) => desk.hands.undo() },
    { keys: ["w"], words: "back to the worklist", button: "Worklist", run: (desk) => desk.leave() },
  ]],
  ["Vertebra", [
    { keys: ["j", "k"], words: "choose the next one towards the foot, towards the head", run: (desk, key) => desk.chooseNext(key === "j" ? 1 : -1) },
    { keys: LANDMARKS, shown: ["1", "\u2026", "6"], words: "choose a landmark of it", run: (desk, key) => desk.chooseLandmark(Number(key) - 1) },
    { keys: ["0"], words: "choose all of it", run: (desk) => desk.chooseLandmark(null) },
    { keys: Object.keys(ARROWS), shown: ["\u2190", "\u2191", "\u2193", "\u2192"], words: "move what is chosen by a pixel, by a quarter where it is shown 6 times as large or more", run: (desk, key) => desk.arrow(arrow(key), null) },
    { keys: Object.keys(ARROWS).map((key) => `Shift+${key}`), shown: ["Shift", "arrow"], words: "by 5 pixels", run: (desk, key) => desk.arrow(arrow(key), 5) },
    { keys: ["a"], words: "add a vertebra, drawn from its neighbours", button: "Add", run: (desk) => desk.hands.add() },
    { keys: ["x", "Delete"], words: "remove it", button: "Remove", run: (desk) => desk.hands.remove() },
    { keys: ["l"], words: "give it another level", button: "Relabel", run: (desk) => desk.hands.relabel() },
    { keys: ["<"], words: "all levels one up: L2 becomes L1", button: "All levels up", run: (desk) => desk.hands.shift(-1) },
    { keys: [">"], words: "all levels one down: L1 becomes L2", button: "All down", run: (desk) => desk.hands.shift(1) },
    { keys: ["u"], words: "unreadable, with a reason; or readable again", button: "Unreadable", run: (desk) => desk.hands.unreadable() },
    { keys: ["g"], words: "overrule the grade, with a word why", button: "Grade", run: (desk) => desk.hands.overrule() },
    { keys: ["n"], words: "write a note", button: "Note", run: (desk) => desk.hands.note() },
    { keys: ["Escape"], shown: ["Esc"], words: "choose none", run: (desk) => desk.choose(null) },
  ]],
  ["Picture", [
    { keys: ["+", "-"], shown: ["+", "\u2212"], words: "zoom in, out (or the wheel)", run: (desk, key) => desk.zoomBy(key === "+" ? 1.25 : 0.8) },
    { keys: ["f"], words: "fit the whole picture", button: "Fit", run: (desk) => desk.fit() },
    { keys: ["z"], words: "zoom to the chosen vertebra", button: "Zoom to it", run: (desk) => desk.zoomToChosen() },
    { keys: [], shown: ["arrows"], words: "pan, where no vertebra is chosen (or drag the picture)", run: () => {} },
    { keys: ["c", "C"], words: "more, less contrast (or drag with the right button, sideways)", run: (desk, key) => desk.changeTone(key === "c" ? -16 : 16, 0) },
    { keys: ["b", "B"], words: "brighter, darker (or drag with the right button, up and down)", run: (desk, key) => desk.changeTone(0, key === "b" ? -8 : 8) },
    { keys: ["i"], words: "invert", button: "Invert", run: (desk) => desk.invert() },
    { keys: ["r"], words: "contrast and brightness as at the beginning", run: (desk) => desk.resetTone() },
    { keys: ["d"], words: "hide and show what is drawn", button: "Drawing", run: (desk) => desk.toggleDrawing() },
    { keys: ["s"], words: "another visit of the same subject beside it, at the same zoom; again for the next visit", button: "Other visit", run: (desk) => desk.compare() },
  ]],
  ["A scan changed elsewhere", [
    { keys: ["m"], words: "put your strokes on top of what was saved elsewhere", run: (desk) => desk.hands.decide(true) },
    { keys: ["t"], words: "let yours go and take what was saved", run: (desk) => desk.hands.decide(false) },
  ]],
];

/** @type {[string, Action[]][]} */
export const LIST_KEYS = [
  ["Worklist", [
    { keys: ["j", "ArrowDown"], shown: ["j", "\u2193"], words: "next scan", run: (list) => list.step(1) },
    { keys: ["k", "ArrowUp"], shown: ["k", "\u2191"], words: "previous scan", run: (list) => list.step(-1) },
    { keys: ["Enter"], words: "open it", run: (list) => list.open() },
    { keys: ["/"], words: "search; Enter or Esc goes back to the list", run: (list) => list.search() },
    { keys: ["s"], words: "sort by the next of the orders", run: (list) => list.nextOrder() },
    { keys: ["a"], words: "show the next of: all, not accepted, accepted", run: (list) => list.nextChoice() },
  ]],
];

/** How a pressed key is called in the tables. @param {KeyboardEvent} event */
export function keyName(event) {
  const letter = event.key.length === 1;
  const key = letter && !event.shiftKey ? event.key.toLowerCase() : event.key; // also with Caps Lock on
  return `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.shiftKey && !letter ? "Shift+" : ""}${key}`;
}

const typing = (target) => target.matches("input:not([type=radio]), select, textarea");
const presses = (event) => event.target.matches("button, a, summary") && (event.key === "Enter" || event.key === " ");
const steps = (event) => event.target.matches("input[type=radio]") && event.key.startsWith("Arrow");

/** Do what a key stands for. @returns {boolean} whether it stands for anything */
export function press(event, tables, subject) {
  if (event.altKey || typing(event.target) || presses(event) || steps(event)) return false;
  const key = keyName(event);
  const action = tables.flatMap(([, actions]) => actions).find((one) => one.keys.includes(key));
  if (!action) return false;
  event.preventDefault();
  action.run(subject, key);
  return true;
}

const shownKeys = ({ keys, shown }) => (shown ?? keys).flatMap((key) => [element("kbd", {}, key), " "]);

/** The table of keys, to be read. */
export function help(tables) {
  return tables.map(([title, actions]) => element("section", {}, element("h3", {}, title),
    element("dl", {}, ...actions.map((action) => element("div", {}, element("dt", {}, ...shownKeys(action)), element("dd", {}, action.words))))));
}
