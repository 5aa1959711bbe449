"use strict";
// Draws what is looked at. Text from files only ever becomes text nodes and attribute values, never markup.

const layout = JSON.parse(document.getElementById("layout").textContent);
const ROW_HEIGHT = 28; // of the worklist
const ROWS_BEYOND = 15; // drawn above and below what is in view

const named = (fields, values) => Object.fromEntries(fields.map((field, place) => [field, values[place]]));
const scans = JSON.parse(document.getElementById("scans").textContent).map((row) => named(layout.scan_fields, row));
const byId = new Map(scans.map((scan) => [scan.scan_id, scan]));
const bySubject = new Map();
for (const scan of scans) {
  bySubject.set(scan.subject, [...(bySubject.get(scan.subject) || []), scan]);
  scan.text = [scan.scan_id, scan.subject, scan.view, scan.facts, scan.outcome].join(" ").toLowerCase();
}

const scroller = document.querySelector(".scroller");
const rows = document.getElementById("rows");
const [above, below] = document.querySelectorAll(".gap td");
const worklists = document.getElementById("worklists");
const search = document.getElementById("search");
const main = document.querySelector("main");
const keys = document.getElementById("keys");
const theme = document.getElementById("theme");

let listed = scans; // what the worklist shows, worst first
let current = null; // the scan that is looked at
let place = 0; // where it stands in the worklist, or where one stood that was left for a scan outside it
let onSheet = false; // whether its subject's sheet is shown instead

// Building blocks

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== "") made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const gradeMark = (grade) =>
  grade === null ? "" : element("span", { class: `grade g${Math.min(grade, 3)}` }, String(grade));
const dayOf = (scan) => (scan.day === null ? "day unknown" : `day ${scan.day}`);
const nameOf = (scan) => scan.subject || scan.scan_id.slice(0, 8);
const addressOf = (scan, sheet) => "#" + (sheet ? "subject=" : "") + scan.scan_id;

function button(words, action, enabled = true) {
  const made = element("button", { type: "button" }, words);
  made.disabled = !enabled;
  made.addEventListener("click", action);
  return made;
}

function picture(scan) {
  const image = element("img", {
    src: scan.picture, loading: "lazy", alt: `${scan.view} scan ${scan.scan_id} with its vertebrae outlined`,
  });
  image.addEventListener("error", () => image.replaceWith(`${scan.picture} is not beside this page`));
  return image;
}

// The worklist: only the rows in view exist

function listRow(scan, index) {
  const row = element("tr", {
    "aria-rowindex": index + 2, "aria-current": scan === current ? "true" : "", class: scan.status === "scored" ? "" : "faint",
  });
  const checks = [scan.borderline && "grade", scan.not_sure && "level"].filter(Boolean).join(", ");
  const graded = [element("td", {}, scan.levels), element("td", {}, gradeMark(scan.grade)),
    element("td", { class: "count" }, String(scan.fractures ?? "")), element("td", { title: checks }, checks)];
  row.append(
    element("td", {}, element("a", { href: addressOf(scan), tabindex: "-1" }, nameOf(scan))),
    element("td", { class: "count" }, String(scan.day ?? "")),
    element("td", { class: "count" }, scan.age),
    element("td", {}, scan.view),
    ...(scan.status === "scored" ? graded : [element("td", { colspan: 4, title: scan.outcome }, scan.outcome)]),
  );
  row.addEventListener("click", (event) => { event.preventDefault(); look(scan); });
  return row;
}

function drawRows(all = false) {
  const inView = Math.floor(scroller.scrollTop / ROW_HEIGHT);
  const first = all ? 0 : Math.max(inView - ROWS_BEYOND, 0);
  const last = all ? listed.length : inView + Math.ceil(scroller.clientHeight / ROW_HEIGHT) + ROWS_BEYOND;
  const drawn = listed.slice(first, last);
  above.style.height = `${first * ROW_HEIGHT}px`;
  below.style.height = `${(listed.length - first - drawn.length) * ROW_HEIGHT}px`;
  rows.replaceChildren(...drawn.map((scan, index) => listRow(scan, first + index)));
}

function reveal() {
  const top = place * ROW_HEIGHT;
  const bottom = top + 2 * ROW_HEIGHT + 1 - scroller.clientHeight; // the heading is a row, too, and its line a pixel
  scroller.scrollTop = Math.max(Math.min(scroller.scrollTop, top), bottom);
}

function list() {
  const chosen = worklists.querySelector(":checked");
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = (scan) => scan.worklists.includes(Number(chosen.value)) && words.every((word) => scan.text.includes(word));
  listed = scans.filter(wanted);
  const searched = words.length ? `, "${search.value.trim()}"` : "";
  document.querySelector(".worklist caption").textContent =
    `${chosen.parentElement.querySelector(".name").textContent}${searched}: ${listed.length} of ${scans.length} scans`;
  document.querySelector(".worklist").setAttribute("aria-rowcount", listed.length + 1);
  look(listed.includes(current) ? current : listed[0] || null, onSheet);
}

// One scan: its picture beside its vertebrae

function vertebraRows(columns, row) {
  const hint = Object.entries(layout.hints).filter(([field]) => row[field]).map(([field, words]) => words + row[field]);
  const level = element("th", { scope: "row" }, row.level);
  const cell = (text, index) => element("td", { class: index === 0 && row.grade !== null ? "text" : "" },
    ...(index === 0 && row.grade !== null ? [gradeMark(row.grade), " "] : []), text);
  const wide = (text) => element("td", { class: "text", colspan: columns.length }, text);
  const first = row.cells.length
    ? element("tr", { title: hint.join("; ") }, level, ...row.cells.map(cell))
    : element("tr", { class: "faint" }, level, wide(`unreadable: ${row.unreadable}`));
  return [first, ...row.remarks.map((remark) => element("tr", { class: "faint" }, element("td", {}), wide(remark)))];
}

const columnsOf = (scan) => layout.columns[scan.view || "lateral"];
const vertebraeOf = (scan) => scan.vertebrae.map((values) => named(layout.vertebra_fields, values));

function vertebraTable(scan) {
  const columns = columnsOf(scan);
  const heads = columns.map((column, index) =>
    element("th", { scope: "col", title: column.meaning, class: column.name === "Grade" ? "text" : "" }, column.name));
  return element("table", { class: "vertebrae" },
    element("caption", {}, "Vertebrae, from head to foot"),
    element("thead", {}, element("tr", {}, element("th", { scope: "col", class: "text" }, "Level"), ...heads)),
    element("tbody", {}, ...vertebraeOf(scan).flatMap((row) => vertebraRows(columns, row))));
}

function scanView(scan) {
  const others = (bySubject.get(scan.subject) || []).length;
  const sheet = scan.subject ? [button(`Subject sheet (${others})`, () => look(scan, true))] : [];
  const shown = [];
  if (scan.picture) shown.push(element("a", { href: scan.picture, target: "_blank", rel: "noopener" }, picture(scan)));
  if (scan.vertebrae.length) shown.push(element("div", {}, vertebraTable(scan)));
  return [
    head(`${nameOf(scan)}, ${dayOf(scan)}${scan.view ? ", " + scan.view : ""}`, ...sheet),
    element("p", { class: "faint" }, [scan.scan_id, scan.facts].filter(Boolean).join(" \u00b7 ")),
    element("p", {}, scan.outcome),
    ...scan.notes.map((note) => element("p", {}, note)),
    element("div", { class: "case" }, ...shown),
  ];
}

function head(title, ...tools) {
  const steps = [button("Previous", () => step(-1), place > 0), button("Next", () => step(1), place + 1 < listed.length)];
  return element("div", { class: "case-head" }, element("h2", {}, title), element("div", { class: "steps" }, ...tools, ...steps));
}

// One subject: visits side by side

function visitOrder(one, other) {
  return (one.day ?? Infinity) - (other.day ?? Infinity) || (one.view < other.view ? 1 : -1);
}

function sheetShows() {
  const shown = ([view, columns]) => `${view}: ${columns.filter((one) => one.on_sheet).map((one) => one.name).join(", ")}`;
  return Object.entries(layout.columns).map(shown).join("; ");
}

function sheetCell(scan, row) {
  if (!row) return element("td", {});
  if (!row.cells.length) return element("td", { class: "faint", title: row.unreadable }, "unreadable");
  const texts = row.cells.filter((text, index) => text && columnsOf(scan)[index].on_sheet);
  return element("td", {}, gradeMark(row.grade), " ", texts.join(" \u00b7 "));
}

function sheetHead(scan) {
  const checks = [scan.borderline && "borderline grade", scan.not_sure && "levels not sure"].filter(Boolean);
  const said = scan.status === "scored" ? checks : [scan.outcome];
  return element("th", { scope: "col" }, element("a", { href: addressOf(scan) }, scan.view || scan.scan_id),
    ...said.map((text) => element("div", { class: "faint" }, text)));
}

function visitHeads(visits) {
  const days = [...new Set(visits.map((scan) => scan.day))];
  return days.map((day) => {
    const same = visits.filter((scan) => scan.day === day);
    const age = same.map((scan) => scan.age).find(Boolean);
    return element("th", { scope: "colgroup", colspan: same.length }, dayOf(same[0]) + (age ? `, ${age} years` : ""));
  });
}

function sheetView(scan) {
  const visits = [...bySubject.get(scan.subject)].sort(visitOrder);
  const found = visits.map((visit) => new Map(vertebraeOf(visit).map((row) => [row.level, row])));
  const levels = layout.levels.filter((level) => found.some((rows) => rows.has(level)));
  const blank = () => element("th", { scope: "col" });
  const pictures = visits.map((visit) =>
    element("td", {}, visit.picture ? element("a", { href: addressOf(visit) }, picture(visit)) : "no picture"));
  return [
    head(`Subject ${scan.subject}`, button("Back to the scan", () => look(scan))),
    element("p", { class: "faint" }, `${sheetShows()}. Levels are named scan by scan; visits.csv joins both views of a day.`),
    element("div", { class: "sheet" }, element("table", {},
      element("thead", {}, element("tr", {}, blank(), ...visitHeads(visits)), element("tr", {}, blank(), ...visits.map(sheetHead))),
      element("tbody", {}, element("tr", {}, element("th", { scope: "row" }), ...pictures),
        ...levels.map((level) => element("tr", {}, element("th", { scope: "row" }, level),
          ...visits.map((visit, index) => sheetCell(visit, found[index].get(level)))))))),
  ];
}

// Looking at one thing after the other

function look(scan, sheet = false) {
  current = scan;
  onSheet = sheet && scan !== null && scan.subject !== "";
  if (listed.includes(scan)) place = listed.indexOf(scan);
  reveal();
  drawRows();
  tellPlace();
  main.scrollTop = 0;
  if (scan === null) return main.replaceChildren("No scan on this list.");
  document.body.classList.toggle("on-sheet", onSheet);
  main.replaceChildren(...(onSheet ? sheetView(scan) : scanView(scan)));
  history.replaceState(null, "", addressOf(scan, onSheet));
  const next = listed[place + 1];
  if (next && next.picture) new Image().src = next.picture; // so that it is there when it is asked for
}

function tellPlace() {
  const told = listed.includes(current) ? `${place + 1} of ${listed.length}` : `${listed.length} scans`;
  document.getElementById("place").textContent = told;
  document.getElementById("spoken").textContent = current === null ? "" :
    `${nameOf(current)}, ${dayOf(current)}, ${current.view}, ${current.grade === null ? current.status : "worst grade " + current.grade}`;
  document.title = current === null ? "oiscan results" : `${nameOf(current)} - oiscan results`;
}

function step(by) {
  let there = place + by;
  while (onSheet && listed[there] && listed[there].subject === current.subject) there += by;
  if (listed[there]) look(listed[there], onSheet);
}

function lookAtAddress() {
  const [, sheet, scan_id] = location.hash.match(/^#(subject=)?(.*)$/) || [];
  if (byId.has(scan_id)) look(byId.get(scan_id), Boolean(sheet));
}

function printList() {
  document.body.classList.add("printing-list");
  drawRows(true);
  window.print();
}

function paint(name) {
  document.documentElement.dataset.theme = name;
  theme.textContent = name === "dark" ? "Light" : "Dark";
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target === search) {
    if (event.key === "Escape" || event.key === "Enter") scroller.focus();
    return;
  }
  if (keys.open && event.key !== "?") return;
  if (event.target.type === "radio" && event.key.startsWith("Arrow")) return;
  const by = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  if (by) step(by);
  else if (event.key === "/") search.focus();
  else if (event.key === "s" && current !== null) look(current, !onSheet);
  else if (event.key === "?") keys.open ? keys.close() : keys.showModal();
  else return;
  event.preventDefault();
}

paint(matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");
for (const hidden of document.querySelectorAll(".buttons, .house")) hidden.hidden = false;
theme.addEventListener("click", () => paint(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
document.getElementById("help").addEventListener("click", () => keys.showModal());
document.getElementById("close").addEventListener("click", () => keys.close());
document.getElementById("print-list").addEventListener("click", printList);
worklists.addEventListener("change", (event) => {
  list();
  if (!event.target.matches(":focus-visible")) scroller.focus(); // after a click the arrows step through the list
});
search.addEventListener("input", list);
scroller.addEventListener("scroll", () => drawRows());
window.addEventListener("resize", () => drawRows());
window.addEventListener("hashchange", lookAtAddress);
window.addEventListener("afterprint", () => { document.body.classList.remove("printing-list"); drawRows(); });
document.addEventListener("keydown", onKey);
lookAtAddress();
list();
