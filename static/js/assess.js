/* Rating without leaving the page: each answer is saved by itself, in turn, and says so.
   Without this script the cards are plain forms. Everything shown comes from the server's words (data-words). */

const page = document.querySelector("[data-assess]");
const words = JSON.parse(page.dataset.words);
const person = Number(page.dataset.person);
const token = document.querySelector('input[name="csrf_token"]').value;
const ARROW_PAUSE = 600;
const LONGEST_WAIT = 30000;

const fill = (text, facts) => text.replace(/{(\w+)}/g, (_, name) => facts[name]);

class Card {
  constructor(form) {
    this.form = form;
    this.radios = [...form.querySelectorAll('input[name="answer"]')];
    this.state = form.querySelector("[data-save-state]");
    this.button = form.querySelector(".save-button");
    this.version = Number(form.elements.base_version.value);
    this.byArrow = false;
    this.wanted = null; // what waits to be sent; null: nothing
    this.sending = false;
    this.timer = 0;
    this.tries = 0;
    this.isStuck = false; // the server said no: only another click tries again
    form.addEventListener("pointerdown", () => { this.byArrow = false; });
    form.addEventListener("keydown", (event) => this.onKey(event));
    form.addEventListener("change", (event) => { if (event.target.name === "answer") this.onAnswer(); });
    form.addEventListener("submit", (event) => this.onSubmit(event));
  }

  get chosen() {
    return this.radios.find((radio) => radio.checked);
  }

  get isUnsaved() {
    return this.wanted !== null || this.sending;
  }

  label(key) {
    const radio = this.radios.find((each) => each.value === key);
    return radio ? radio.parentElement.querySelector(".answer-label").textContent : words.noAnswer;
  }

  onKey(event) {
    this.byArrow = event.key.startsWith("Arrow");
    const isTyping = event.target.matches("textarea, input:not([type=radio])");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const radio = this.radios.find((each) => each.dataset.key === event.key);
    if (!radio) return;
    event.preventDefault();
    radio.checked = true;
    this.save({ answer: radio.value }, 0);
    (this.next() ?? this).focus();
  }

  onAnswer() {
    this.save({ answer: this.chosen.value }, this.byArrow ? ARROW_PAUSE : 0);
  }

  onSubmit(event) {
    event.preventDefault();
    const button = event.submitter;
    const sent = { answer: this.chosen?.value ?? "" };
    if (button?.name === "still_true") sent.answer = button.value;
    if (button?.name === "save") sent.notes_only = true;
    for (const name of ["own_note", "reviewer_note"]) {
      const note = this.form.elements[name];
      if (note && note.value !== note.defaultValue) sent[name] = note.value;
    }
    const radio = this.radios.find((each) => each.value === sent.answer);
    if (radio) radio.checked = true;
    this.save(sent, 0);
  }

  /** The next card below without an answer. */
  next() {
    const here = cards.indexOf(this);
    return cards.slice(here + 1).find((card) => !card.chosen);
  }

  focus() {
    (this.chosen ?? this.radios[0]).focus();
  }

  save(what, pause) {
    this.wanted = { ...this.wanted, ...what };
    this.isStuck = false;
    this.tries = 0;
    this.form.querySelector("[data-conflict]")?.remove();
    this.schedule(pause);
  }

  schedule(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), pause);
    showPage();
  }

  async send() {
    if (this.sending || this.wanted === null || this.isStuck) return;
    const sent = this.wanted;
    this.wanted = null;
    this.sending = true;
    this.say(words.saving);
    showPage();
    let answer = null;
    let body = null;
    try {
      answer = await fetch(this.form.action, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
        body: JSON.stringify({ ...sent, base_version: this.version, person_id: person }),
      });
      body = await answer.json();
    } catch {
      answer = null; // no connection, or not our server's answer: tried again
    }
    this.sending = false;
    if (answer?.ok) this.onSaved(sent, body);
    else this.onFailed(sent, answer, body);
    showPage();
  }

  onSaved(sent, body) {
    this.version = body.version;
    this.form.elements.base_version.value = body.version;
    this.tries = 0;
    for (const name of ["own_note", "reviewer_note"]) {
      if (name in sent) this.form.elements[name].defaultValue = sent[name];
    }
    const dated = this.form.querySelector('button[name="still_true"]');
    if (dated && !sent.notes_only) {
      const left = document.querySelector("[data-dated-count]");
      if (left && !dated.disabled) left.textContent = Math.max(0, Number(left.textContent) - 1);
      dated.disabled = true;
      if (body.basis === "confirmed") dated.textContent = words.confirmed;
    }
    this.button.classList.remove("is-needed");
    this.say(words.saved);
    showProgress(this, body);
    if (this.wanted !== null) this.schedule(0);
  }

  onFailed(sent, answer, body) {
    this.wanted = { ...sent, ...this.wanted };
    if (answer?.status === 409 && body?.code === "rating_changed") {
      this.isStuck = true;
      this.say(fill(words.notSaved, { why: "" }).replace(/[:\s]+$/, ""), true);
      this.showConflict(body);
      return;
    }
    const mayPass = answer === null || answer.status === 429 || answer.status >= 500;
    if (mayPass) {
      this.tries += 1;
      this.say(fill(words.notSaved, { why: words.retrying }), true);
      this.schedule(Math.min(LONGEST_WAIT, 1000 * 2 ** this.tries));
      return;
    }
    this.isStuck = true;
    this.button.classList.add("is-needed");
    const why = answer.status === 401 ? words.signedOut : body?.error ?? String(answer.status);
    this.say(fill(words.notSaved, { why }), true);
  }

  showConflict(body) {
    const box = document.createElement("div");
    box.className = "notice is-warning";
    box.dataset.conflict = "";
    box.setAttribute("role", "group");
    const said = document.createElement("p");
    said.textContent = words.conflict;
    box.append(said);
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
    choose(fill(words.keepMine, { answer: this.label(mine.answer || body.current.answer) }), () => this.save(mine, 0));
    choose(fill(words.keepOther, { answer: this.label(body.current.answer) }), () => this.takeOver(body.current));
    this.form.querySelector(".statement-answer").after(box);
  }

  takeOver(current) {
    this.wanted = null;
    this.isStuck = false;
    this.form.elements.base_version.value = current.version;
    for (const radio of this.radios) radio.checked = radio.value === current.answer;
    for (const name of ["own_note", "reviewer_note"]) {
      const note = this.form.elements[name];
      if (note) note.value = note.defaultValue = current[name];
    }
    this.say(words.saved);
    showPage();
  }

  say(text, isUnsaved = false) {
    this.state.textContent = text;
    this.state.classList.toggle("is-unsaved", isUnsaved);
  }
}

/** "all changes saved", or that something is not. */
function showPage() {
  const waiting = cards.filter((card) => card.isUnsaved);
  const failing = waiting.some((card) => card.isStuck || card.tries > 0);
  const text = failing ? words.pageUnsaved : waiting.length ? words.pageSaving : words.pageSaved;
  for (const place of document.querySelectorAll("[data-page-state]")) {
    if (place.textContent !== text) place.textContent = text;
  }
}

function showProgress(card, body) {
  const total = Number(page.dataset.total);
  const facts = { done: body.rated, total };
  for (const place of document.querySelectorAll("[data-progress-count]")) {
    const isWide = place.closest(".progress-line");
    place.textContent = fill(words.count, facts) + (isWide ? ` ${words.rated}` : "");
  }
  for (const bar of document.querySelectorAll(".progress-line .bar, .save-bar .bar")) {
    bar.value = body.rated;
    bar.setAttribute("aria-label", `${fill(words.count, facts)} ${words.rated}`);
  }
  showRail(`${body.domain_id}-all`, body.rated_in_domain);
  showRail(`${body.domain_id}-${body.rank}`, body.rated_at_level);
}

function showRail(key, done) {
  for (const count of document.querySelectorAll(`[data-rail="${key}"]`)) {
    const total = Number(count.dataset.total);
    const isDone = total > 0 && done >= total;
    const [seen, heard] = count.children;
    seen.textContent = isDone ? `✓ ${total}` : `${done}/${total}`;
    heard.textContent = `${fill(words.count, { done, total })} ${words.rated}`;
    count.classList.toggle("is-done", isDone);
  }
}

const cards = [...document.querySelectorAll("form[data-statement]")].map((form) => new Card(form));

addEventListener("online", () => {
  for (const card of cards) if (card.wanted !== null) card.schedule(0);
});

let isLeaving = false;
addEventListener("beforeunload", (event) => {
  if (!isLeaving && cards.some((card) => card.isUnsaved)) event.preventDefault();
});

for (const form of document.querySelectorAll("form[data-sign-out]")) {
  form.addEventListener("submit", (event) => {
    if (!cards.some((card) => card.isUnsaved)) return;
    if (confirm(words.leave)) isLeaving = true;
    else event.preventDefault();
  });
}
