// Small questions in a dialog: a level, a reason, a grade with a word why, a note.

import { button, element, part } from "./dom.js";

/**
 * @typedef {{name: string, label: string, value?: string, options?: {value: string, words: string}[], tall?: boolean}} Field
 *   a line of text, or a choice where it has options
 */

const option = ({ value, words }, chosen) => element("option", { value, selected: value === chosen }, words);

/** @param {Field} field */
function input({ name, value = "", options, tall = false }) {
  if (!options) return element("input", { name, value, type: "text", maxlength: 2000, autocomplete: "off" });
  const rows = tall ? { size: Math.min(Math.max(options.length, 2), 12) } : {};
  return element("select", { name, ...rows }, ...options.map((one) => option(one, value)));
}

const row = (field) => element("label", {}, element("span", {}, field.label), input(field));

/**
 * Ask the reader something.
 * @param {string} title
 * @param {Field[]} fields
 * @param {(values: Record<string, any>) => string} wrong what is missing in an answer, "" where nothing is
 * @returns {Promise<Record<string, any>|null>} the values by name; null where the reader thought better of it
 */
export function asked(title, fields, wrong = () => "") {
  const dialog = part("question");
  const said = element("p", { class: "wrong", role: "alert" });
  const cancel = button("Cancel", () => {}, "Esc");
  const form = element("form", {}, element("h2", { id: "question-title" }, title), ...fields.map(row), said,
    element("p", { class: "buttons" }, element("button", { type: "submit" }, "Save ", element("kbd", { "aria-hidden": "true" }, "Enter")), cancel));
  dialog.replaceChildren(form);
  return new Promise((resolve) => {
    const leave = (given) => {
      resolve(given);
      dialog.close();
      part("stage").focus(); // the next key is meant for the scan
    };
    const submit = (event) => {
      event.preventDefault();
      const answer = Object.fromEntries(new FormData(form).entries());
      said.textContent = wrong(answer);
      if (!said.textContent) leave(answer);
    };
    form.addEventListener("submit", submit);
    form.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.matches("select")) submit(event); });
    cancel.addEventListener("click", () => leave(null));
    dialog.oncancel = () => leave(null); // the Esc key
    dialog.showModal();
    form.querySelector("select, input").focus();
  });
}

const choices = (words) => words.map((one) => ({ value: one, words: one }));

/** Which level? */
export async function askLevel(title, levels, likely) {
  const answer = await asked(title, [{ name: "level", label: "Level", options: choices(levels), value: likely }]);
  return answer && answer.level;
}

/** Why can it not be read? */
export async function askReason(level, reasons) {
  const fields = reasons.length ? [{ name: "reason", label: "Reason", options: choices(reasons), value: reasons[0], tall: true }] : [];
  const own = { name: "own", label: reasons.length ? "or in other words" : "Reason" };
  const reason = ({ reason: listed = "", own: words }) => words.trim() || listed;
  const answer = await asked(`${level} cannot be read`, [...fields, own], (values) => (reason(values) ? "" : "a reason, please"));
  return answer && reason(answer);
}

const AS_MEASURED = "as measured";

/** Which grade instead of the measured one, and why? `grade` is null where the measured one is to count again. */
export async function askGrade(vertebra, grades) {
  const options = [...choices(Array.from({ length: grades }, (_, grade) => String(grade))), { value: AS_MEASURED, words: `${AS_MEASURED} (${vertebra.grade ?? "none"})` }];
  const fields = [
    { name: "grade", label: "Grade", options, value: String(vertebra.overruled?.grade ?? vertebra.grade ?? 0), tall: true },
    { name: "why", label: "Why", value: vertebra.overruled?.why ?? "" },
  ];
  const wrong = ({ grade, why }) => (grade === AS_MEASURED || why.trim() ? "" : "a word why, please");
  const answer = await asked(`Grade of ${vertebra.level}, by your own eye`, fields, wrong);
  return answer && (answer.grade === AS_MEASURED ? { grade: null } : { grade: Number(answer.grade), why: answer.why.trim() });
}

/** A note on a vertebra. */
export async function askNote(vertebra) {
  const answer = await asked(`Note on ${vertebra.level}`, [{ name: "text", label: "Note", value: vertebra.note }]);
  return answer && answer.text.trim();
}

/** Which way does the patient face? Asked only where nothing on the scan tells. */
export async function askFront() {
  const answer = await asked("No vertebra is marked yet", [{ name: "front", label: "The front of the body is on the", options: choices(["right", "left"]) }]);
  return answer && answer.front;
}
