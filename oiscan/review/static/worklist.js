// The worklist: which scans there are, how far the reading has come, and in which order to go on.

import { element, gradeMark, part } from "./dom.js";

/**
 * @typedef {{case: string, title: string, view: string, status: string, worst_grade?: number|null, borderline?: number,
 *   unreadable?: number, doubt?: number, subject?: string, day?: number|null, disagreement?: boolean}} Listed
 */

const byNumber = (field) => (one, other) => (other[field] ?? -1) - (one[field] ?? -1);

/** The orders, each with the field it needs; a blinded list has none of them. */
const ORDERS = [
  { name: "in order", compare: () => 0 },
  { name: "worst first", field: "worst_grade", compare: byNumber("worst_grade") },
  { name: "borderline", field: "borderline", compare: byNumber("borderline") },
  { name: "unreadable", field: "unreadable", compare: byNumber("unreadable") },
  { name: "what would teach most", field: "doubt", compare: byNumber("doubt") },
];

const CHOICES = [
  { name: "all", wanted: () => true },
  { name: "not accepted", wanted: (one) => one.status !== "accepted" },
  { name: "accepted", wanted: (one) => one.status === "accepted" },
];

/** Heading, field and text of each column; one that no scan has a value in is left out. */
const COLUMNS = [
  { head: "Scan", field: "title", unless: "subject" },
  { head: "Subject", field: "subject" },
  { head: "Day", field: "day", hint: "days since the subject's first scan", count: true },
  { head: "View", field: "view" },
  { head: "Worst grade", field: "worst_grade" },
  { head: "Borderline", field: "borderline", hint: "vertebrae between two grades", count: true },
  { head: "Unreadable", field: "unreadable", hint: "vertebrae without a grade", count: true },
  { head: "Reading", field: "status" },
  { head: "Check", field: "disagreement", hint: "two readers differ" },
];

const STATUS = { open: "not begun", begun: "begun", accepted: "accepted" };

function cellText(one, field) {
  const value = one[field];
  if (field === "worst_grade") return value === null || value === undefined ? "" : gradeMark(value);
  if (field === "view") return value === "ap" ? "AP" : value;
  if (field === "status") return STATUS[value] ?? value;
  if (field === "disagreement") return value ? "readers differ" : "";
  return value === null || value === undefined ? "" : String(value);
}

const radio = (group, { name }, place, chosen) => element("label", {},
  element("input", { type: "radio", name: group, value: place, checked: chosen, autocomplete: "off" }), element("span", {}, name));

const ROW_HEIGHT = 28; // as in the style sheet
const ROWS_BEYOND = 15; // drawn above and below what is in view: of thousands only those near exist

export class Worklist {
  /** @param {(name: string) => void} open */
  constructor(open) {
    this.openCase = open;
    /** @type {Listed[]} */
    this.all = [];
    /** @type {Listed[]} */
    this.listed = [];
    this.current = "";
    part("search").addEventListener("input", () => this.list());
    part("scroller").addEventListener("scroll", () => this.drawRows());
    window.addEventListener("resize", () => this.drawRows());
    for (const id of ["orders", "choices"]) part(id).addEventListener("change", (event) => this.rearrange(event.target));
  }

  /** Take what the server tells. */
  fill({ cases, left_out: leftOut }) {
    this.all = cases;
    this.leftOut = leftOut ? `; ${leftOut} without a known view left out` : "";
    const told = ({ field }) => !field || cases.some((one) => one[field] !== null && one[field] !== undefined && one[field] !== "" && one[field] !== false);
    this.columns = COLUMNS.filter((one) => told(one) && !(one.unless && told({ field: one.unless })));
    this.choose("orders", ORDERS, told);
    this.choose("choices", CHOICES);
    this.list();
  }

  /** Draw a choice of those options that can be had, keeping what was chosen. */
  choose(id, options, offered = (option) => true) {
    const before = this.chosen(id);
    const made = options.map((option, place) => offered(option) && radio(id, option, place, place === before)).filter(Boolean);
    part(id).replaceChildren(part(id).querySelector("legend"), ...made);
  }

  chosen(id) {
    return Number(part(id).querySelector(":checked")?.value ?? 0);
  }

  /** Sort and choose. */
  list() {
    const words = part("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const text = (one) => [one.title, one.subject, one.view, STATUS[one.status]].join(" ").toLowerCase();
    const { wanted } = CHOICES[this.chosen("choices")];
    this.listed = this.all.filter((one) => wanted(one) && words.every((word) => text(one).includes(word)))
      .sort(ORDERS[this.chosen("orders")].compare);
    if (!this.listed.some((one) => one.case === this.current)) this.current = this.listed[0]?.case ?? "";
    this.draw();
  }

  draw() {
    part("heads").replaceChildren(...this.columns.map(({ head, hint, count }) => element("th", { scope: "col", title: hint, class: count ? "count" : null }, head)));
    part("heads").closest("table").setAttribute("aria-rowcount", String(this.listed.length + 1));
    part("place").textContent = this.listed.length ? `${this.listed.length} of ${this.all.length} scans${this.leftOut}` : "No scan on this list.";
    const accepted = this.all.filter((one) => one.status === "accepted").length;
    part("progress").max = Math.max(this.all.length, 1);
    part("progress").value = accepted;
    part("accepted").textContent = `${accepted} of ${this.all.length}`;
    this.drawRows(); // the list is as long as it will be before it is scrolled
    this.mark();
  }

  drawRows() {
    const { scrollTop, clientHeight } = part("scroller");
    const first = Math.max(Math.floor(scrollTop / ROW_HEIGHT) - ROWS_BEYOND, 0);
    const shown = this.listed.slice(first, Math.ceil((scrollTop + clientHeight) / ROW_HEIGHT) + ROWS_BEYOND);
    part("above").style.height = `${first * ROW_HEIGHT}px`;
    part("below").style.height = `${(this.listed.length - first - shown.length) * ROW_HEIGHT}px`;
    part("rows").replaceChildren(...shown.map((one, place) => this.row(one, first + place)));
  }

  row(one, place) {
    const made = element("tr", {
      "data-case": one.case, "aria-rowindex": place + 2, "aria-current": one.case === this.current ? "true" : null,
      class: one.status === "accepted" ? "faint" : null,
    }, ...this.columns.map(({ field, count }) => element("td", { class: count ? "count" : null }, cellText(one, field))));
    made.addEventListener("click", () => { this.current = one.case; this.open(); });
    return made;
  }

  /** Show where the reader stands. */
  mark() {
    const { place } = this;
    const top = place * ROW_HEIGHT;
    const scroller = part("scroller");
    const bottom = top + 2 * ROW_HEIGHT + 1 - scroller.clientHeight; // the heading is a row, too, and its line a pixel
    scroller.scrollTop = Math.max(Math.min(scroller.scrollTop, top), bottom);
    this.drawRows();
    const one = this.listed[place];
    part("list-spoken").textContent = one ? [one.title, one.view, STATUS[one.status]].join(", ") : "";
  }

  get place() {
    return this.listed.findIndex((one) => one.case === this.current);
  }

  step(by) {
    const there = this.listed[this.place + by];
    if (there) this.current = there.case;
    this.mark();
  }

  open() {
    if (this.current) this.openCase(this.current);
  }

  search() {
    part("search").focus();
  }

  /** Begin at the top of another order or choice. */
  rearrange(option) {
    this.current = "";
    this.list();
    if (!option.matches(":focus-visible")) part("scroller").focus(); // after a click the arrows step through the list
  }

  /** Choose the next option of a choice. */
  nextOf(id) {
    const options = [...part(id).querySelectorAll("input")];
    const next = options[(options.findIndex((option) => option.checked) + 1) % options.length];
    next.checked = true;
    this.rearrange(next);
  }

  nextOrder() { this.nextOf("orders"); }
  nextChoice() { this.nextOf("choices"); }

  // While a scan is read

  /** Remember how far a scan has come. */
  note(name, status) {
    const one = this.all.find((listed) => listed.case === name);
    if (one) one.status = status;
  }

  /** The scan `by` places further on the list as it was when the scan was opened. */
  neighbour(name, by) {
    const place = this.listed.findIndex((one) => one.case === name);
    return this.listed[place + by]?.case ?? null;
  }

  /** The next scan that is not accepted, after this one and then from the beginning. */
  nextOpen(name) {
    const place = this.listed.findIndex((one) => one.case === name);
    const round = [...this.listed.slice(place + 1), ...this.listed.slice(0, Math.max(place, 0))];
    return round.find((one) => one.status !== "accepted")?.case ?? null;
  }
}
