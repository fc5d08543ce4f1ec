/* One item of a review to answer: an answer and how one knows it, or a question in words. */

import { page, speak, words } from "./announcements.js";
import { Draft } from "../drafts.js";
import { isSave, isShortcut, radioOf, wayOn } from "./keys.js";
import { StatementCard } from "./statement_card.js";
import { cards, showPage } from "./unsaved.js";

const NOTE_PAUSE = 1000;

export class ReviewCard extends StatementCard {
  constructor(root) {
    super(root);
    this.grounds = [...root.querySelectorAll('input[name^="ground"]')];
    this.notes = { note: root.querySelector("textarea") };
    this.shown = [...root.querySelectorAll("[data-shows]")];
    this.fold = root.querySelector("[data-note]");
    this.noteLabel = this.fold.querySelector("label");
    this.noteLabel.dataset.usual = this.noteLabel.textContent;
    this.unfoldButton = this.fold.querySelector("summary");
    this.isAsked = false; // a question is on its way, or was sent: nothing to answer until the reply
    this.draft = new Draft(this.notes.note.dataset.draftName, () => this.unfinished());
    this.notes.note.addEventListener("input", () => this.onInput());
    this.fold.addEventListener("toggle", () => {
      if (this.fold.open) this.fold.lastElementChild.scrollIntoView({ block: "nearest" });
    });
    this.labelNote();
    if (this.isHalf) this.say(this.lack);
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

  /** Chosen, and nothing that could be saved by itself. */
  get isHalf() {
    return this.isOpen && this.chosen !== undefined;
  }

  get needsNoGround() {
    return this.chosen !== undefined && "needsNoGround" in this.chosen.dataset;
  }

  /** The learner has to read what was told. */
  get isTold() {
    return this.chosen !== undefined && !this.needsNoGround && this.ground?.value === "was_told";
  }

  get asksWhatWasTold() {
    return this.isTold && this.notes.note.value.trim() === "";
  }

  /** What it lacks is to be written: nothing that a rating key could give. */
  get waitsForWords() {
    return this.isHalf && (this.isQuestion || this.asksWhatWasTold);
  }

  /** What is missing of a card that isn't whole. */
  get missing() {
    return this.isQuestion ? "question" : !this.chosen ? "answer" : this.asksWhatWasTold ? "told" : "how";
  }

  /** The same in words. */
  get lack() {
    return { question: words.question, answer: words.answerNeeded, told: words.toldLacks, how: words.how }[this.missing];
  }

  /** What its draft keeps until it is whole. */
  unfinished() {
    const fields = { answer: this.chosen?.value, ground: this.ground?.value, note: this.notes.note.value };
    return this.isOpen ? Object.entries(fields).filter(([, value]) => value) : [];
  }

  /** What can be saved by itself; null for what is not whole, and for a question, which has a button of its own. */
  whole() {
    if (!this.chosen || this.isQuestion) return null;
    if (this.needsNoGround) return this.given("");
    if (!this.ground || this.asksWhatWasTold) return null;
    return this.given(this.ground.value);
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
    if (event.key === "Escape" && this.fold.open && this.fold.contains(event.target)) {
      event.preventDefault();
      this.fold.open = false;
      (this.next() ?? wayOn())?.focus();
      return;
    }
    const act = isShortcut(event) && this.actOf(event);
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** What a key does inside the focused card. */
  actOf(event) {
    const radio = radioOf([...this.radios, ...(this.needsNoGround ? [] : this.grounds)], event);
    const isAtNote = event.target === this.unfoldButton;
    if (radio) return () => (isAtNote && this.asksWhatWasTold ? this.trouble(words.toldByKey) : this.choose(radio));
    if (event.key === "Enter" && (isAtNote || event.target.type === "radio")) return () => (this.waitsForWords ? this.write() : this.step(1));
    return { n: () => this.step(1), p: () => this.step(-1), x: () => this.root.querySelector("[data-tick]")?.click(), e: () => this.unfold() }[event.key.toLowerCase()];
  }

  /** By a key. Where a note is due the focus goes to what opens it: keys of ratings do nothing there, for they may be
      meant for the next statement, and never become a text. */
  choose(radio) {
    const wasOpen = this.isOpen;
    radio.checked = true;
    this.offer(0);
    if (this.isQuestion && this.radios.includes(radio)) this.write();
    else if (this.asksWhatWasTold) this.unfoldButton.focus();
    else if (wasOpen && !this.isOpen) this.goOn();
    else radio.focus();
  }

  onChange(event) {
    const isNote = event.target === this.notes.note;
    if (isNote ? event.target.value === event.target.defaultValue : event.target.type !== "radio") return;
    this.offer(this.pause);
    if (!isNote && this.asksWhatWasTold && !this.byArrow) this.fold.open = true;
  }

  /** A note saves itself once its answer is whole. */
  onInput() {
    if (this.whole()) this.offer(NOTE_PAUSE);
    else this.holdBack();
  }

  /** Save what is whole; of the rest say what is missing. */
  offer(pause) {
    if (this.isAsked) return;
    if (this.needsNoGround) for (const each of this.grounds) each.checked = false;
    this.labelNote();
    const whole = this.whole();
    if (whole) {
      this.save(whole, pause);
      return;
    }
    this.holdBack();
    speak(this.lack);
  }

  /** Not whole, or not any more: what waits to be sent is not what is chosen now. */
  holdBack() {
    clearTimeout(this.timer);
    this.wanted = null;
    this.draft.typed();
    this.say(this.lack);
    showPage();
  }

  labelNote() {
    this.noteLabel.textContent = this.isTold ? words.toldLabel : this.noteLabel.dataset.usual;
  }

  say(text, isUnsaved = false) {
    super.say(text, isUnsaved);
    this.state.classList.toggle("is-done", text === words.saved);
    this.state.classList.toggle("is-asked", this.isHalf && text === this.lack);
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
    if (this.isQuestion && !this.isAsked) this.fold.open = true; // its radio is in there
    super.focus();
  }

  /** To the note, unfolded. */
  write() {
    this.fold.open = true;
    this.notes.note.focus();
    speak(this.lack);
  }

  /** To what is missing. */
  lead() {
    if (this.waitsForWords) this.write();
    else if (this.isHalf) this.grounds[0].focus();
  }

  unfold() {
    const pieces = [...this.root.querySelectorAll("[data-evidence]")];
    const open = !pieces.every((each) => each.open);
    for (const each of pieces) each.open = open;
  }

  /** The next that is open. What only lacks words comes last. */
  next() {
    const here = cards.indexOf(this);
    const open = [...cards.slice(here + 1), ...cards.slice(0, here)].filter((card) => card.isOpen);
    return open.find((card) => !card.waitsForWords) ?? open[0];
  }

  /** On to what is open here; when nothing is, to what comes next. Where all the rest lacks words, only to the button
      that leads there: keys do nothing at it. */
  goOn() {
    const next = this.next();
    if (next && !next.waitsForWords) next.focus();
    else if (next || this.isOpen) wayOn()?.focus();
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
