/* One statement to answer: its radios and notes, what it says of itself, and what to do where somebody was faster. */

import { connectPage, fill, page, showProgress, speak, words } from "./announcements.js";
import { isShortcut, radioOf, wayOn } from "./keys.js";
import { SaveQueue } from "./save_queue.js";
import { cards, setCards, showPage } from "./unsaved.js";

const ARROW_PAUSE = 600;

export class StatementCard extends SaveQueue {
  constructor(root) {
    const base = root.querySelector('input[name^="base_version"]');
    super(root.dataset.action ?? root.action, Number(base.value));
    this.root = root;
    this.base = base;
    this.radios = [...root.querySelectorAll('input[name^="answer"]')];
    this.state = root.querySelector("[data-save-state]");
    this.button = root.querySelector(".save-button");
    this.dated = root.querySelector('button[name^="still_true"]');
    this.notes = { own_note: root.querySelector('[name^="own_note"]'), reviewer_note: root.querySelector('[name^="reviewer_note"]') };
    this.byArrow = false;
    this.isLookedAt = false;
    root.addEventListener("pointerdown", () => { this.byArrow = false; });
    root.addEventListener("keydown", (event) => {
      this.byArrow = event.key.startsWith("Arrow");
      this.onKey(event);
    });
    root.addEventListener("change", (event) => this.onChange(event));
  }

  get chosen() {
    return this.radios.find((radio) => radio.checked);
  }

  /** Without an answer, or with one from before this round that nobody has looked at since. */
  get isOpen() {
    return !this.chosen || (this.dated !== null && !this.dated.disabled && !this.isLookedAt);
  }

  /** Moving through the radios by arrow saves where it stops, not at each step. */
  get pause() {
    return this.byArrow ? ARROW_PAUSE : 0;
  }

  label(key) {
    const radio = this.radios.find((each) => each.value === key);
    return radio ? radio.parentElement.querySelector(".answer-label").textContent : words.noAnswer;
  }

  onKey(event) {
    const radio = isShortcut(event) && radioOf(this.radios, event);
    if (!radio) return;
    event.preventDefault();
    const wasOpen = this.isOpen;
    this.give(radio.value, 0);
    this.goOn(wasOpen);
  }

  goOn(wasOpen) {
    const next = this.next();
    if (next) next.focus();
    else if (wasOpen && wayOn()) wayOn().focus();
    else this.focus();
  }

  onChange(event) {
    if (this.radios.includes(event.target)) this.give(this.chosen.value, this.pause);
  }

  /** `answer` null: none. */
  give(answer, pause, others = {}) {
    this.check(answer);
    this.save({ ...others, answer }, pause);
  }

  check(answer) {
    for (const radio of this.radios) radio.checked = radio.value === answer;
  }

  /** The next open card: below, else from the top one without any answer. */
  next() {
    const here = cards.indexOf(this);
    return cards.slice(here + 1).find((card) => card.isOpen) ?? cards.slice(0, here).find((card) => !card.chosen);
  }

  focus() {
    (this.chosen ?? this.radios[0]).focus();
  }

  save(what, pause) {
    if (!what.notes_only) this.isLookedAt = true;
    this.root.querySelector("[data-trouble]")?.remove();
    super.save(what, pause);
  }

  say(text, isUnsaved = false) {
    this.state.textContent = text;
    this.state.classList.toggle("is-unsaved", isUnsaved);
  }

  onSaved(sent, body) {
    this.base.value = body.version;
    for (const [name, note] of Object.entries(this.notes)) {
      if (name in sent) note.defaultValue = sent[name];
    }
    if (this.dated && !sent.notes_only) this.lookedAt(body);
    this.button?.classList.remove("is-needed");
    this.say(words.saved);
    showProgress(body);
    if (!cards.some((card) => card.isUnsaved)) this.speakSaved(sent, body);
  }

  /** All is saved, and this was the last of it. */
  speakSaved(_sent, body) {
    speak(fill(words.spokenSaved, { done: body.rated, total: page.dataset.total }));
  }

  /** An answer from before this round counts as looked at from now on. */
  lookedAt(body) {
    const left = document.querySelector("[data-dated-count]");
    if (left && !this.dated.disabled) left.textContent = Math.max(0, Number(left.textContent) - 1);
    this.dated.disabled = true;
    if (body.basis === "confirmed") this.dated.textContent = words.confirmed;
  }

  onRefused(answer, body) {
    if (body?.current) {
      this.showConflict(body);
      return;
    }
    this.button?.classList.add("is-needed");
    this.trouble(body?.error ?? String(answer.status));
  }

  /** What is wrong with this very statement, under its answers. */
  trouble(text) {
    this.root.querySelector("[data-trouble]")?.remove();
    const box = document.createElement("div");
    box.className = "notice is-warning";
    box.dataset.trouble = "";
    box.setAttribute("role", "group");
    const said = document.createElement("p");
    said.textContent = text;
    box.append(said);
    this.place(box);
    speak(`${words.notSaved}. ${text}`);
    return box;
  }

  place(box) {
    this.root.querySelector(".statement-answer").after(box);
  }

  showConflict(body) {
    const box = this.trouble(body.error);
    box.dataset.conflict = "";
    const mine = this.wanted;
    const choose = (text, act) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-secondary btn-small";
      button.textContent = text;
      button.addEventListener("click", () => {
        this.version = body.current.version;
        box.remove();
        this.focus();
        act();
      });
      box.append(button, " ");
    };
    for (const name of Object.keys(this.notes)) {
      const other = body.current[name];
      if (!other || mine[name] === undefined || mine[name] === other) continue;
      const quoted = document.createElement("p");
      quoted.className = "lines";
      quoted.textContent = fill(words.otherNote, { note: other });
      box.append(quoted);
    }
    const answer = mine.answer === null ? null : mine.answer || body.current.answer;
    choose(fill(words.keepMine, { answer: this.label(answer) }), () => this.save(mine, 0));
    choose(fill(words.keepOther, { answer: this.label(body.current.answer) }), () => this.takeOver(body.current));
  }

  takeOver(current) {
    this.wanted = null;
    this.stuck = "";
    this.base.value = current.version;
    this.check(current.answer);
    for (const [name, note] of Object.entries(this.notes)) {
      if (note) note.value = note.defaultValue = current[name];
    }
    this.say(words.saved);
    showPage();
  }
}

/** The statements in `root`, each a card of that kind, in the place of those that were shown before. */
export function connectCards(root, Card) {
  connectPage(root);
  setCards([...root.querySelectorAll("[data-statement]")].map((each) => new Card(each)));
}
