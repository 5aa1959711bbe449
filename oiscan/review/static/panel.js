// The table beside the picture: every vertebra with its grade and measures, and the chosen one in words.

import { columnOf, levelsOf } from "./changes.js";
import { element, gradeMark } from "./dom.js";
import { gradeOf } from "./overlay.js";

/** Heading, field, digits and meaning of each column. */
const COLUMNS = {
  lateral: [
    ["Loss %", "height_loss_percent", 1, "loss of height"],
    ["ha/hp", "ratio_anterior_posterior", 2, "anterior over posterior height"],
    ["hm/hp", "ratio_middle_posterior", 2, "middle over posterior height"],
    ["hp/ref", "ratio_posterior_reference", 2, "posterior height over that of the neighbours"],
    ["ha mm", "anterior_height_mm", 1, "anterior height"],
    ["hm mm", "middle_height_mm", 1, "middle height"],
    ["hp mm", "posterior_height_mm", 1, "posterior height"],
  ],
  ap: [
    ["Width mm", "width_mm", 1, "mean width"],
    ["Height mm", "height_mm", 1, "mean height"],
    ["Area cm\u00b2", "area_cm2", 2, "area inside the outline"],
  ],
};

/** Columns that hold a number on this scan. */
const columnsOf = (view, vertebrae) =>
  COLUMNS[view].filter(([, field]) => !field.endsWith("_mm") && !field.endsWith("_cm2") || vertebrae.some((one) => one.measures[field] != null));

const number = (value, digits) => (value === null || value === undefined ? "" : value.toFixed(digits));

function gradeCell(one) {
  const grade = gradeOf(one);
  if (grade === null || grade === undefined) return element("td", { class: "text" }, one.stale ? "\u2026" : "");
  const said = [one.overruled ? "overruled" : one.deformity, one.borderline.length ? `(${one.borderline.join("/")})` : ""];
  return element("td", { class: "text" }, gradeMark(grade), ` ${said.filter(Boolean).join(" ")}`);
}

const marks = (one) => [one.source === "reader" && "\u2022", one.note && "\u270e"].filter(Boolean).join(" ");

function row(one, columns, graded, chosen, choose) {
  const level = element("th", { scope: "row" }, one.level, " ", element("span", { class: "marks", title: "\u2022 placed by the reader, \u270e note" }, marks(one)));
  const width = columns.length + (graded ? 1 : 0);
  const cells = one.status === "unreadable" || one.reason ? [element("td", { class: "text", colspan: width }, `${one.status === "unreadable" ? "unreadable: " : ""}${one.reason}`)]
    : [...(graded ? [gradeCell(one)] : []), ...columns.map(([, field, digits]) => element("td", {}, number(one.measures[field], digits)))];
  const made = element("tr", {
    "data-level": one.level, "aria-current": chosen ? "true" : null, class: one.status === "unreadable" ? "faint" : one.stale ? "stale" : null,
  }, level, ...cells);
  made.addEventListener("click", () => choose(one.id));
  return made;
}

const gap = (level, width) => element("tr", { class: "faint", "data-level": level }, element("th", { scope: "row" }, level), element("td", { class: "text", colspan: width }, "not marked"));

/** Vertebrae and, as bare levels, those between them that nobody marked. */
function column(levels, vertebrae) {
  const known = columnOf(levels, levelsOf(vertebrae));
  const places = vertebrae.map((one) => known.indexOf(one.level));
  return known.slice(Math.min(...places), Math.max(...places) + 1).map((level) => vertebrae.find((one) => one.level === level) ?? level);
}

/**
 * The table.
 * @param {{view: string, levels: string[]}} shown
 * @param {(import("./changes.js").Vertebra & {stale: boolean})[]} vertebrae
 * @param {string|null} chosenId
 * @param {(id: string) => void} choose
 */
export function vertebraTable(shown, vertebrae, chosenId, choose) {
  const columns = columnsOf(shown.view, vertebrae);
  const graded = shown.view === "lateral";
  const width = columns.length + (graded ? 1 : 0);
  const heads = columns.map(([name, , , meaning]) => element("th", { scope: "col", title: meaning }, name));
  return element("table", { class: "vertebrae" },
    element("caption", { class: "spoken" }, "Vertebrae, from head to foot"),
    element("thead", {}, element("tr", {}, element("th", { scope: "col", class: "text" }, "Level"), ...(graded ? [element("th", { scope: "col", class: "text" }, "Grade")] : []), ...heads)),
    element("tbody", {}, ...column(shown.levels, vertebrae).map((one) =>
      (typeof one === "string" ? gap(one, width) : row(one, columns, graded, one.id === chosenId, choose)))));
}

const percent = (share) => `${Math.round(100 * share)} %`;

/** What is chosen, and its outcome: also what is read aloud. */
export function inWords(one, landmark, names) {
  const what = landmark === null ? one.level : `${one.level} ${names[landmark].replaceAll("_", " ")}`;
  if (one.status === "unreadable") return `${what}: unreadable, ${one.reason}`;
  const grade = gradeOf(one);
  if (grade === null || grade === undefined) return what;
  const shape = one.overruled ? "by the reader's eye" : one.deformity;
  return `${what}: grade ${grade}${shape && ` ${shape}`}, loss ${number(one.measures.height_loss_percent, 1)} %`;
}

/** More of the chosen vertebra, in lines. */
export function details(one, landmark) {
  const at = landmark === null ? null : one.landmarks_px[landmark];
  const lines = [
    at && `row ${at[0].toFixed(2)}, column ${at[1].toFixed(2)}`,
    one.source === "reader" ? "placed by the reader" : "placed by the model",
    one.borderline.length > 0 && `borderline between grades ${one.borderline.join(" and ")}`,
    one.grade_probabilities.length > 0 && one.grade_probabilities.map((share, grade) => `grade ${grade} ${percent(share)}`).join(", "),
  ];
  const own = [
    one.overruled && `Overruled to ${one.overruled.grade}: ${one.overruled.why}`,
    one.note && `Note: ${one.note}`,
  ];
  return [element("p", { class: "faint" }, lines.filter(Boolean).join(" \u00b7 ")), ...own.filter(Boolean).map((words) => element("p", {}, words))];
}
