// The page: worklist or reading view, as the address says; keys; whether all is saved.

import { get } from "./api.js";
import { Desk } from "./desk.js";
import { button, element, part } from "./dom.js";
import { help, LIST_KEYS, press, READING_KEYS } from "./keys.js";
import { Worklist } from "./worklist.js";

const worklist = new Worklist((name) => { location.hash = `case=${encodeURIComponent(name)}`; });
const desk = new Desk({ leave, step: (by) => go(worklist.neighbour(asked(), by)), next, told, enter: () => turnTo("reading"), grades: () => grades });
let grades = 4; // of the grading scale

/** The case the address asks for; empty on the worklist. */
function asked() {
  return new URLSearchParams(location.hash.slice(1)).get("case") ?? "";
}

function leave() {
  location.hash = "";
}

/** To a case, or back to the list where there is none. */
function go(name) {
  location.hash = name ? `case=${encodeURIComponent(name)}` : "";
}

function next() {
  worklist.note(asked(), "accepted");
  go(worklist.nextOpen(asked()));
}

// Showing what the address asks for

/** One after the other: the browser's own "back" may come while a scan is being fetched. */
function show() {
  turn = turn.then(showAsked);
}
let turn = Promise.resolve();

async function showAsked() {
  if (shownCase() && shownCase() !== asked() && !await desk.saved()) return go(shownCase());
  part("trouble").hidden = true;
  const name = asked();
  busy(true); // keys and clicks must not reach the scan that is about to go
  try {
    await (name ? showCase(name) : showList());
  } catch (error) {
    trouble(error.message, show);
  }
  busy(false);
  part(name ? "stage" : "scroller").focus();
  return undefined;
}

/** The case on the desk; empty while the worklist is shown. */
const shownCase = () => (part("reading").hidden ? "" : desk.case.case);

async function showList() {
  turnTo("list");
  const told = await get("/api/worklist");
  worklist.fill(told);
  grades = told.scale.edges.length + 1;
  part("reader").textContent = told.reader;
  part("blinded").hidden = !told.blinded;
  part("scale").textContent = `Grading scale ${told.scale.name}: grades from a loss of ${told.scale.edges.join(", ")} %. `;
  document.title = "oiscan review";
}

async function showCase(name) {
  if (!worklist.all.length) await showList();
  await desk.open(name);
  worklist.current = name;
  document.title = `${desk.case.title} - oiscan review`;
  const place = worklist.listed.findIndex((one) => one.case === name);
  part("case-place").textContent = place < 0 ? "" : `${place + 1} of ${worklist.listed.length}`;
  const coming = worklist.nextOpen(name);
  if (coming) desk.prepare(coming);
}

function turnTo(room) {
  part("list").hidden = room !== "list";
  part("reading").hidden = room !== "reading";
  part("saved").hidden = room !== "reading";
}

function busy(yes) {
  for (const room of ["list", "reading"]) part(room).inert = yes;
}

function trouble(words, again) {
  part("trouble").hidden = false;
  part("trouble").replaceChildren(element("p", {}, words), button("Try again", again));
}

// Whether all is saved

/** @param {import("./reading.js").Reading} reading */
function told({ saving, unsaved }) {
  const { pending, lost, conflict, refused, current } = saving;
  const waiting = `${pending.length} ${pending.length === 1 ? "stroke" : "strokes"} not saved`;
  part("saved").className = lost || conflict ? "unsaved" : "";
  part("saved").textContent = conflict ? `${waiting}: decide first` : lost ? `${waiting}: ${lost}; trying again` : unsaved ? "saving" : "all saved";
  part("refused").replaceChildren(...refused.map((words) => element("li", {}, `not taken: ${words}`)));
  worklist.note(current.case, current.accepted ? "accepted" : current.version > 0 ? "begun" : "open");
}

window.addEventListener("beforeunload", (event) => {
  if (desk.reading?.unsaved) event.preventDefault();
});

// Keys and help

const tables = () => (part("reading").hidden ? LIST_KEYS : READING_KEYS);

function toggleHelp() {
  const dialog = part("keys");
  if (dialog.open) return dialog.close();
  part("all-keys").replaceChildren(...help([...tables(), ["Everywhere", [{ keys: ["?"], words: "show and hide this" }]]]));
  return dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.target === part("search") && (event.key === "Enter" || event.key === "Escape")) return part("scroller").focus();
  if (event.key === "?" && !event.target.matches("input:not([type=radio]), textarea")) return event.preventDefault(), toggleHelp();
  if (document.querySelector("dialog[open]") || !part("trouble").hidden || part("list").inert) return undefined;
  return press(event, tables(), part("reading").hidden ? worklist : desk);
});
part("help").addEventListener("click", toggleHelp);
part("close").addEventListener("click", toggleHelp);
window.addEventListener("hashchange", show);
show();
