/* One statement that a learner rates: a rating can be taken back, and outlives a reload before it is saved. */

import { forget, keep, kept } from "../kept_answers.js";
import { words } from "./announcements.js";
import { keepsTogether, untick } from "./keeping.js";
import { goOnAlone, isOneAtATime, showAlone, showPressed, tellNotSaved } from "./one_card.js";
import { StatementCard } from "./statement_card.js";
import { forgetGiven, offerUndo, remember, tellUndone } from "./undo.js";
import { cards } from "./unsaved.js";

const MOVED = new Set(["statement_replaced", "statement_retired"]);

export class RatingCard extends StatementCard {
  constructor(root) {
    super(root);
    this.given = this.chosen?.value ?? null; // the last answer that was given, saved or not
    this.isRated = this.given !== null; // as the server has it
    this.shown = root.querySelector('input[name^="shown-"]');
    if (root.matches("form")) root.addEventListener("submit", (event) => this.onSubmit(event));
    this.restore();
  }

  get title() {
    return this.root.querySelector(`#s-${this.id}-title`).textContent;
  }

  get id() {
    return this.root.dataset.statement;
  }

  /** An answer from before a reload that the server does not have yet, on the version that it was given on. */
  restore() {
    const before = kept(this.id);
    if (!before) return;
    this.given = before.answer;
    this.version = before.version;
    super.give(before.answer, 0);
  }

  give(answer, pause, others) {
    if (answer !== this.given) remember(this, this.given);
    this.put(answer, pause, others);
  }

  /** What was there before the last answer. */
  putBack(answer) {
    this.put(answer, 0);
  }

  put(answer, pause, others) {
    untick(this);
    this.given = answer;
    keep(this.id, answer, this.version);
    super.give(answer, pause, others);
  }

  check(answer) {
    super.check(answer);
    showPressed(this);
  }

  focus() {
    if (isOneAtATime()) showAlone(this);
    else super.focus();
  }

  goOn(wasOpen) {
    if (isOneAtATime()) goOnAlone(this, wasOpen);
    else super.goOn(wasOpen);
  }

  onSubmit(event) {
    event.preventDefault();
    const button = event.submitter;
    const notes = {};
    for (const [name, note] of Object.entries(this.notes)) {
      if (note && note.value !== note.defaultValue) notes[name] = note.value;
    }
    const isOlder = button?.name.startsWith("still_true");
    const answer = isOlder ? button.value : (this.chosen?.value ?? "");
    if (button?.value === "clear") this.give(null, 0, notes);
    else if (button?.value === "notes" || !answer) this.save({ ...notes, answer, notes_only: button?.value === "notes" }, 0);
    else this.give(answer, 0, notes);
  }

  onSaved(sent, body) {
    const { answer } = this.wanted ?? {}; // newer than what was saved
    if (answer === undefined || answer === "") forget(this.id);
    else keep(this.id, answer, this.version);
    if (this.shown) this.shown.value = body.answer ?? "";
    this.countLater(body.answer !== null);
    super.onSaved(sent, body);
  }

  /** What counts later is in this count alone. */
  countLater(isRated) {
    const count = this.root.querySelector("[data-counts-later]") && document.querySelector("[data-later-rated]");
    if (count && isRated !== this.isRated) count.textContent = Number(count.textContent) + (isRated ? 1 : -1);
    this.isRated = isRated;
  }

  speakSaved(sent, body) {
    if (!tellUndone(body) && (sent.notes_only || !offerUndo(body))) super.speakSaved(sent, body);
  }

  /** Of a page of another version: what was typed goes to the statement of the one that they are on now. */
  onRefused(answer, body) {
    super.onRefused(answer, body);
    tellNotSaved(this);
    if (!MOVED.has(body?.code)) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-secondary btn-small";
    button.textContent = words.checkThere;
    button.addEventListener("click", () => {
      forget(this.id);
      this.sendAsForm();
    });
    this.root.querySelector("[data-trouble]").append(button);
  }

  takeOver(current) {
    this.given = current.answer;
    forgetGiven(this);
    forget(this.id);
    super.takeOver(current);
  }
}

/** The form around all cards: with script each saves itself, as where the focus is. */
export function saveEachByItself(form) {
  form?.addEventListener("submit", (event) => {
    if (keepsTogether(event)) return;
    const root = event.submitter?.closest("[data-statement]") ?? document.activeElement.closest("[data-statement]");
    const card = cards.find((each) => each.root === root);
    if (card) card.onSubmit(event);
    else event.preventDefault();
  });
}
