/* One item of a review to answer: an answer and how one knows it, or a question in words. */

import { page, speak, words } from "./announcements.js";
import { Draft } from "../drafts.js";
import { isSave, isShortcut, radioOf, wayOn } from "./keys.js";
import { StatementCard } from "./statement_card.js";
import { cards } from "./unsaved.js";

export class ReviewCard extends StatementCard {
  constructor(root) {
    super(root);
    this.grounds = [...root.querySelectorAll('input[name^="ground"]')];
    this.notes = { note: root.querySelector("textarea") };
    this.shown = [...root.querySelectorAll("[data-shows]")];
    const note = this.notes.note;
    this.draft = new Draft(note.dataset.draftName, () => (this.isOpen && note.value ? [["note", note.value]] : []));
    note.addEventListener("input", () => this.draft.typed());
    this.isAsked = false; // a question is on its way, or was sent: nothing to answer until the reply
  }

  get ground() {
    return this.grounds.find((radio) => radio.checked);
  }

  get isQuestion() {
    return this.chosen !== undefined && "isQuestion" in this.chosen.dataset;
  }

  get isOpen() {
    return !this.isAsked && this.whole() === null;
  }

  /** Begun, and nothing that could be saved by itself. A note alone is kept as a draft. */
  get isHalf() {
    return this.isOpen && this.chosen !== undefined;
  }

  /** Not met by hearsay: the learner has to read what was told. */
  get asksWhatWasTold() {
    return this.chosen !== undefined && "asksTold" in this.chosen.dataset && this.ground?.value === "was_told" && this.notes.note.value.trim() === "";
  }

  /** What is missing of a card that isn't whole. */
  get missing() {
    return this.isQuestion ? "question" : !this.chosen ? "answer" : this.asksWhatWasTold ? "told" : "how";
  }

  /** What can be saved by itself; null for what is not whole, and for a question, which has a button of its own. */
  whole() {
    if (!this.chosen || this.isQuestion) return null;
    const needsGround = !("needsNoGround" in this.chosen.dataset);
    if (needsGround && !this.ground) return null;
    if (this.asksWhatWasTold) return null;
    return this.given(needsGround ? this.ground.value : "");
  }

  given(ground) {
    return { answer: this.chosen.value, ground, note: this.notes.note.value, screen: page.dataset.screen };
  }

  onKey(event) {
    if (isSave(event)) {
      event.preventDefault();
      if (this.press()) this.goOn();
      return;
    }
    const act = isShortcut(event) && this.actOf(event);
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** What a key does inside the focused card. */
  actOf(event) {
    const radio = radioOf([...this.radios, ...this.grounds], event);
    if (radio) return () => this.choose(radio);
    if (event.key === "Enter" && event.target.type === "radio") return () => this.step(1);
    return { n: () => this.step(1), p: () => this.step(-1), x: () => this.root.querySelector("[data-tick]")?.click(), e: () => this.unfold() }[event.key.toLowerCase()];
  }

  choose(radio) {
    const wasOpen = this.isOpen;
    radio.checked = true;
    this.offer(0);
    if ((this.isQuestion && this.radios.includes(radio)) || this.asksWhatWasTold) this.write();
    else if (wasOpen && !this.isOpen) this.goOn();
    else radio.focus();
  }

  onChange(event) {
    if (event.target === this.notes.note) this.draft.typed(0);
    if (event.target === this.notes.note && event.target.value === event.target.defaultValue) return;
    if (event.target === this.notes.note || event.target.type === "radio") this.offer(this.pause);
  }

  /** Save what is whole; of the rest say what is missing. */
  offer(pause) {
    const whole = this.whole();
    if (whole) this.save(whole, pause);
    else this.lacks({ question: words.question, answer: words.answerNeeded, told: words.told, how: words.how }[this.missing]);
  }

  lacks(what) {
    this.say(what);
    speak(what);
  }

  say(text, isUnsaved = false) {
    super.say(text, isUnsaved);
    this.state.classList.toggle("is-done", text === words.saved);
    this.state.classList.toggle("is-asked", text === words.how);
  }

  /** The card's own button, or Ctrl+Enter. Returns whether there is something to save. */
  press() {
    const isAsking = this.isQuestion && this.notes.note.value.trim() !== "";
    if (isAsking) {
      this.isAsked = true;
      this.save(this.given(""), 0);
    } else if (!this.isQuestion && this.whole()) {
      this.offer(0);
    } else {
      this.trouble({ question: words.questionNeeded, answer: words.answerNeeded, told: words.told, how: words.howNeeded }[this.missing]);
      if (this.isQuestion || this.asksWhatWasTold) this.write();
      return false;
    }
    return true;
  }

  focus() {
    if (this.isQuestion && !this.isAsked) this.write();
    else super.focus();
  }

  /** To the note, unfolded. */
  write() {
    this.root.querySelector("[data-note]").open = true;
    this.notes.note.focus();
  }

  unfold() {
    const pieces = [...this.root.querySelectorAll("[data-evidence]")];
    const open = !pieces.every((each) => each.open);
    for (const each of pieces) each.open = open;
  }

  next() {
    const here = cards.indexOf(this);
    return [...cards.slice(here + 1), ...cards.slice(0, here)].find((card) => card.isOpen);
  }

  /** On to what is open here; when nothing is, to what comes next. */
  goOn() {
    const next = this.next();
    if (next) next.focus();
    else wayOn()?.click();
  }

  step(by) {
    const beside = cards[cards.indexOf(this) + by];
    if (beside) beside.focus();
    else if (by > 0) wayOn()?.focus();
  }

  onSaved(sent, body) {
    for (const each of this.shown) each.value = sent[each.dataset.shows];
    super.onSaved(sent, body);
    this.draft.settle();
    if (!body.is_returned) return;
    this.say(words.returned);
    for (const each of this.root.querySelectorAll("input, textarea, button")) each.disabled = true;
  }

  onRefused(answer, body) {
    super.onRefused(answer, body);
    this.isAsked = false;
  }

  takeOver(current) {
    super.takeOver(current);
    for (const radio of this.grounds) radio.checked = radio.value === current.ground;
    for (const each of this.shown) each.value = current[each.dataset.shows] ?? "";
  }
}
