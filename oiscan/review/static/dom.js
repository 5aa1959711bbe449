// Building blocks of the page. Text from files only ever becomes text nodes and attribute values, never markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {Element} made
 * @param {Record<string, unknown>} attributes those that are null, undefined or false are left out
 * @param {(Node|string)[]} children
 */
function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children);
  return made;
}

/** An HTML element. @returns {any} of its tag's own kind */
export const element = (tag, attributes = {}, ...children) => filled(document.createElement(tag), attributes, children);

/** An SVG element. @returns {any} */
export const drawn = (tag, attributes = {}, ...children) => filled(document.createElementNS(SVG, tag), attributes, children);

/** A button that does `action`; `key` is shown in it. @returns {HTMLButtonElement} */
export function button(words, action, key = "") {
  const made = element("button", { type: "button" }, words);
  if (key) made.append(" ", element("kbd", { "aria-hidden": "true" }, key));
  made.addEventListener("click", action);
  return made;
}

/** The mark of a grade, in the colours of the results page. */
export const gradeMark = (grade) => element("span", { class: `grade g${Math.min(grade, 3)}` }, String(grade));

/** The element of the page with this id. @returns {any} of its tag's own kind */
export const part = (id) => document.getElementById(id);
