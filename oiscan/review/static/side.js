// The side of the reading view: title, buttons, table, the chosen vertebra in words, conflict.

import { conflictBar } from "./conflict.js";
import { button, element, part } from "./dom.js";
import { READING_KEYS } from "./keys.js";
import { details, inWords, vertebraTable } from "./panel.js";

const SPOKEN_AFTER_MS = 500;

export class Side {
  /** @param {import("./desk.js").Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.said = "";
    this.speaking = 0;
    const actions = READING_KEYS.flatMap(([, group]) => group).filter((action) => action.button);
    this.buttons = new Map(actions.map((action) => [action.button, this.buttonOf(action)]));
    part("actions").replaceChildren(...this.buttons.values());
  }

  buttonOf(action) {
    const run = (event) => {
      action.run(this.desk, action.keys[0]);
      if (event.detail) this.desk.stage.focus(); // after a click the keys work on the picture
    };
    return button(action.button, run, (action.shown ?? action.keys)[0]);
  }

  show() {
    const { case: shown, vertebrae, chosenId, reading } = this.desk;
    const one = vertebrae.find(({ id }) => id === chosenId);
    const words = one ? inWords(one, reading.landmark, shown.landmark_names) : "";
    part("case-title").textContent = shown.title;
    part("case-state").textContent = shown.accepted ? "accepted" : "not accepted";
    part("table").replaceChildren(vertebrae.length ? vertebraTable(shown, vertebrae, chosenId, (id) => this.desk.choose(id)) : "No vertebra is marked on this scan.");
    part("chosen").replaceChildren(...(one ? [element("h3", {}, words), ...details(one, reading.landmark)] : [element("p", { class: "faint" }, "No vertebra is chosen.")]));
    part("notes").replaceChildren(...shown.notes.map((note) => element("li", {}, note)));
    this.showButtons(one);
    this.showConflict();
    if (!one?.stale) this.speak(words);
  }

  /** Read aloud what came out, once it has come to rest. */
  speak(words) {
    if (words === this.said) return;
    this.said = words;
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => { part("spoken").textContent = words; }, SPOKEN_AFTER_MS);
  }

  showButtons(one) {
    const { case: shown, editable, reading } = this.desk;
    const works = editable && Boolean(one);
    const enabled = {
      "Accept and next": shown.accepted || editable, "Open again": shown.accepted, Undo: !reading.saving.conflict && (shown.can_undo || reading.unsaved), Add: editable,
      "All levels up": editable, "All down": editable,
      Remove: works, Relabel: works, Unreadable: works, Note: works, Grade: works && shown.view === "lateral" && one.status !== "unreadable",
      "Zoom to it": Boolean(one), "Other visit": shown.others.length > 0,
    };
    for (const [name, made] of this.buttons) made.disabled = enabled[name] === false;
    this.buttons.get("Unreadable").firstChild.textContent = one?.status === "unreadable" ? "Readable again" : "Unreadable";
  }

  showConflict() {
    const { saving } = this.desk.reading;
    const bar = part("conflict");
    if (bar.hidden === !saving.conflict) return;
    bar.hidden = !saving.conflict;
    bar.replaceChildren(...(saving.conflict ? [conflictBar(saving, (keep) => this.desk.hands.decide(keep))] : []));
  }
}
