/* Rating, and judging, without leaving the page: each answer is saved by itself, in turn, and says so.
   Without this script cards, grids and the screens of a review are plain forms. Everything shown comes from the server's words (data-words). */

const page = document.querySelector("[data-assess]");
const words = JSON.parse(page.dataset.words);
const person = Number(page.dataset.person);
let token = document.querySelector('input[name="csrf_token"]').value;
const ARROW_PAUSE = 600;
const LONGEST_WAIT = 30000;
const SPEAK_AFTER = 200;
const FIRST_OPEN = "#first-open";

const fill = (text, facts) => text.replace(/{(\w+)}/g, (_, name) => facts[name]);

/** What is read out, politely: one place for the page, and only the last of what comes at once. */
const voice = document.createElement("p");
voice.className = "visually-hidden";
voice.setAttribute("aria-live", "polite");
voice.dataset.voice = "";
page.append(voice);
let speaking = 0;
function speak(text) {
  clearTimeout(speaking);
  voice.textContent = "";
  speaking = setTimeout(() => { voice.textContent = text; }, SPEAK_AFTER);
}

/** One statement: a form of its own, or a row of a grid. */
class Card {
  constructor(root) {
    this.root = root;
    this.action = root.dataset.action ?? root.action;
    this.radios = [...root.querySelectorAll('input[name^="answer"]')];
    this.state = root.querySelector("[data-save-state]");
    this.button = root.querySelector(".save-button");
    this.base = root.querySelector('input[name^="base_version"]');
    this.dated = root.querySelector('button[name="still_true"]');
    this.notes = { own_note: root.querySelector('[name^="own_note"]'), reviewer_note: root.querySelector('[name="reviewer_note"]') };
    this.version = Number(this.base.value);
    this.byArrow = false;
    this.isLookedAt = false;
    this.wanted = null; // what waits to be sent; null: nothing
    this.sending = false;
    this.timer = 0;
    this.tries = 0;
    this.stuck = ""; // "refused": only another click tries again; "signedOut", "otherPerson": as soon as that is over
    root.addEventListener("pointerdown", () => { this.byArrow = false; });
    root.addEventListener("keydown", (event) => this.onKey(event));
    root.addEventListener("change", (event) => this.onChange(event));
    if (root.matches("form")) root.addEventListener("submit", (event) => this.onSubmit(event));
  }

  get chosen() {
    return this.radios.find((radio) => radio.checked);
  }

  /** Without an answer, or with one from before this round that nobody has looked at since. */
  get isOpen() {
    return !this.chosen || (this.dated !== null && !this.dated.disabled && !this.isLookedAt);
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
    const wasOpen = this.isOpen;
    radio.checked = true;
    this.save({ answer: radio.value }, 0);
    const next = this.next();
    if (next) next.focus();
    else if (wasOpen && wayOn()) wayOn().focus();
    else this.focus();
  }

  onChange(event) {
    if (this.radios.includes(event.target)) this.save({ answer: this.chosen.value }, this.byArrow ? ARROW_PAUSE : 0);
    else if (grid && event.target === this.notes.own_note) this.save({ own_note: event.target.value, notes_only: true }, 0);
  }

  onSubmit(event) {
    event.preventDefault();
    const button = event.submitter;
    const sent = { answer: this.chosen?.value ?? "" };
    if (button?.name === "still_true" && button.value !== this.root.dataset.statement) sent.answer = button.value;
    if (button?.name === "save") sent.notes_only = true;
    for (const [name, note] of Object.entries(this.notes)) {
      if (note && note.value !== note.defaultValue) sent[name] = note.value;
    }
    const radio = this.radios.find((each) => each.value === sent.answer);
    if (radio) radio.checked = true;
    this.save(sent, 0);
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
    this.wanted = { ...this.wanted, ...what };
    if (!what.notes_only) {
      delete this.wanted.notes_only;
      this.isLookedAt = true;
    }
    this.stuck = "";
    this.root.querySelector("[data-trouble]")?.remove();
    this.schedule(pause);
  }

  schedule(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), pause);
    showPage();
  }

  async send() {
    if (this.sending || this.wanted === null || this.stuck) return;
    const sent = this.wanted;
    this.wanted = null;
    this.sending = true;
    this.say(words.saving);
    showPage();
    let [answer, body] = await this.post(sent);
    let who = "";
    if ([400, 401, 403, 404].includes(answer?.status) || body?.code === "another_person") {
      who = await whoIsThere();
      if (who === "same") [answer, body] = await this.post(sent); // signed in again since: the token is a new one
      if (who === "") answer = null;
    }
    this.sending = false;
    if (answer?.ok) this.onSaved(sent, body);
    else this.onFailed(sent, answer, body, who);
    showPage();
  }

  async post(sent) {
    try {
      const answer = await fetch(this.action, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
        body: JSON.stringify({ ...sent, base_version: this.version, person_id: person }),
      });
      return [answer, await answer.json()];
    } catch {
      return [null, null]; // no connection, or not our server's answer: tried again
    }
  }

  onSaved(sent, body) {
    this.version = body.version;
    this.base.value = body.version;
    this.tries = 0;
    for (const [name, note] of Object.entries(this.notes)) {
      if (name in sent) note.defaultValue = sent[name];
    }
    if (this.dated && !sent.notes_only) {
      const left = document.querySelector("[data-dated-count]");
      if (left && !this.dated.disabled) left.textContent = Math.max(0, Number(left.textContent) - 1);
      this.dated.disabled = true;
      if (body.basis === "confirmed") this.dated.textContent = words.confirmed;
    }
    this.button?.classList.remove("is-needed");
    this.say(words.saved);
    showProgress(body);
    if (this.wanted !== null) this.schedule(0);
    const waiting = cards.filter((card) => card.isUnsaved);
    if (waiting.length === 0) speak(fill(words.spokenSaved, { done: body.rated, total: page.dataset.total }));
    for (const card of waiting) if (card.tries > 0) card.schedule(0); // the server is back: nobody waits their pause out
  }

  onFailed(sent, answer, body, who) {
    this.wanted = { ...sent, ...this.wanted };
    this.say(words.notSaved, true);
    const mayPass = answer === null || answer.status === 429 || answer.status >= 500;
    if (mayPass) {
      this.tries += 1;
      this.schedule(Math.min(LONGEST_WAIT, 1000 * 2 ** this.tries));
      return;
    }
    this.stuck = who === "signedOut" || who === "otherPerson" ? who : "refused";
    if (this.stuck !== "refused") return;
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
    const answers = this.root.querySelector(".statement-answer");
    if (answers) answers.after(box);
    else this.root.querySelector("th").append(box);
    speak(`${words.notSaved}. ${text}`);
    return box;
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
    choose(fill(words.keepMine, { answer: this.label(mine.answer || body.current.answer) }), () => this.save(mine, 0));
    choose(fill(words.keepOther, { answer: this.label(body.current.answer) }), () => this.takeOver(body.current));
  }

  takeOver(current) {
    this.wanted = null;
    this.stuck = "";
    this.base.value = current.version;
    for (const radio of this.radios) radio.checked = radio.value === current.answer;
    for (const [name, note] of Object.entries(this.notes)) {
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

/** What a reviewer says to one item: an answer with how they know it, or cannot tell; or a question in words. */
class Judgement extends Card {
  constructor(root) {
    super(root);
    this.grounds = [...root.querySelectorAll('input[name^="ground"]')];
    this.notes = { note: root.querySelector("textarea") };
    this.shown = [...root.querySelectorAll("[data-shows]")];
    this.isAsked = false; // a question is on its way, or was sent: nothing to answer until the reply
  }

  get ground() {
    return this.grounds.find((radio) => radio.checked);
  }

  get isQuestion() {
    return this.chosen?.value === "return";
  }

  get isOpen() {
    return !this.isAsked && this.whole() === null;
  }

  /** Begun, and nothing that could be saved by itself. */
  get isHalf() {
    return this.isOpen && (this.chosen !== undefined || this.notes.note.value !== this.notes.note.defaultValue);
  }

  /** What can be saved by itself; null for what is not whole, and for a question, which has a button of its own. */
  whole() {
    const answer = this.chosen?.value;
    const needsGround = answer !== "cannot_tell";
    if (!answer || this.isQuestion || (needsGround && !this.ground)) return null;
    return { answer, ground: needsGround ? this.ground.value : "", note: this.notes.note.value, screen: page.dataset.assess };
  }

  onKey(event) {
    this.byArrow = event.key.startsWith("Arrow");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (this.press()) this.goOn();
      return;
    }
    const isTyping = event.target.matches("textarea, input:not([type=radio], [type=checkbox])");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = this.keys(event);
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** What a key does inside the focused card. */
  keys({ key, target }) {
    const radio = [...this.radios, ...this.grounds].find((each) => each.dataset.key === key);
    if (radio) return () => this.choose(radio);
    if (key === "Enter" && target.type === "radio") return () => this.step(1);
    return { n: () => this.step(1), p: () => this.step(-1), x: () => this.root.querySelector("[data-tick]").click(), e: () => this.unfold() }[key.toLowerCase()];
  }

  choose(radio) {
    const wasOpen = this.isOpen;
    radio.checked = true;
    this.offer(0);
    if (this.isQuestion && this.radios.includes(radio)) this.write();
    else if (wasOpen && !this.isOpen) this.goOn();
    else radio.focus();
  }

  onChange(event) {
    if (event.target === this.notes.note && event.target.value === event.target.defaultValue) return;
    if (event.target === this.notes.note || event.target.type === "radio") this.offer(this.byArrow ? ARROW_PAUSE : 0);
  }

  /** Save what is whole; of the rest say what is missing. */
  offer(pause) {
    const whole = this.whole();
    if (whole) this.save(whole, pause);
    else if (this.chosen) this.say(this.isQuestion ? words.question : words.how);
  }

  /** The card's own button, or Ctrl+Enter. Returns whether there is something to save. */
  press() {
    const note = this.notes.note.value;
    const isAsking = this.isQuestion && note.trim() !== "";
    if (isAsking) {
      this.isAsked = true;
      this.save({ answer: "return", ground: "", note, screen: page.dataset.assess }, 0);
    } else if (!this.isQuestion && this.whole()) {
      this.offer(0);
    } else {
      this.trouble(this.isQuestion ? words.questionNeeded : this.chosen ? words.howNeeded : words.answerNeeded);
      if (this.isQuestion) this.write();
      return false;
    }
    return true;
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
    if (!body.is_returned) return;
    this.say(words.returned);
    for (const each of this.root.querySelectorAll("input, textarea, button")) each.disabled = true;
  }

  onFailed(sent, answer, body, who) {
    super.onFailed(sent, answer, body, who);
    if (this.stuck === "refused") this.isAsked = false;
  }

  takeOver(current) {
    super.takeOver(current);
    for (const radio of this.grounds) radio.checked = radio.value === current.ground;
    for (const each of this.shown) each.value = current[each.dataset.shows] ?? "";
  }
}

const grid = document.querySelector("form[data-grid]");
const sitting = document.querySelector("form[data-sitting]");
const Kind = sitting ? Judgement : Card;
const cards = [...document.querySelectorAll("[data-statement]")].map((root) => new Kind(root));

/* ---- the page as a whole ------------------------------------------------------------------------------------ */

const bar = document.querySelector("[data-unsaved]");
let leavingTo = "";
let pressed = null; // a button of the whole page that waits for what is being saved

/** "all changes saved", or how many are not, and why. */
function showPage() {
  const waiting = cards.filter((card) => card.isUnsaved);
  const failing = waiting.filter((card) => card.stuck || card.tries > 0);
  const unsaved = fill(words.pageUnsaved, { count: waiting.length });
  const text = failing.length ? unsaved : waiting.length ? words.pageSaving : words.pageSaved;
  for (const place of document.querySelectorAll("[data-page-state]")) {
    if (place.textContent !== text) place.textContent = text;
  }
  showBar(failing, unsaved);
  if (failing.length) {
    leavingTo = "";
    pressed = null;
  }
  if (leavingTo && !waiting.length) location.assign(leavingTo);
  if (pressed && !waiting.length) sitting.requestSubmit(pressed);
}

/** Over the foot of the window, where it moves nothing: what is not saved, and what to do. A refusal stands in its card. */
function showBar(failing, unsaved) {
  const is = (reason) => failing.some((card) => card.stuck === reason);
  const retrying = failing.some((card) => card.tries > 0) ? words.retrying : "";
  const why = is("otherPerson") ? words.otherPerson : is("signedOut") ? words.signedOut : retrying;
  const said = bar.querySelector("[data-unsaved-why]");
  bar.querySelector("[data-unsaved-count]").textContent = unsaved;
  if (said.textContent !== why) {
    said.textContent = why;
    if (why) speak(`${unsaved}. ${why}`);
  }
  bar.hidden = why === "";
}

/** Who is signed in in this browser now: "same", "otherPerson", "signedOut", or "" when nobody answers. */
async function whoIsThere() {
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    if (answer.status >= 500) return "";
    const { body } = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!body.dataset.person) return "signedOut";
    if (Number(body.dataset.person) !== person) return "otherPerson";
    token = body.querySelector('input[name="csrf_token"]').value;
    return "same";
  } catch {
    return "";
  }
}

/** Try what waits: the connection, the window or the person may be back. */
async function tryAgain() {
  if (cards.some((card) => card.stuck && card.stuck !== "refused") && (await whoIsThere()) === "same") {
    for (const card of cards) if (card.stuck !== "refused") card.stuck = "";
  }
  for (const card of cards) if (card.wanted !== null && !card.stuck) card.schedule(0);
}

function showProgress(body) {
  const total = Number(page.dataset.total);
  const facts = { done: body.rated, total };
  for (const place of document.querySelectorAll("[data-progress-count]")) {
    const isWide = place.closest(".progress-line");
    place.textContent = fill(words.count, facts) + (isWide ? ` ${words.rated}` : "");
  }
  for (const each of document.querySelectorAll(".progress-line .bar, .save-bar .bar")) {
    each.value = body.rated;
    each.setAttribute("aria-label", `${fill(words.count, facts)} ${words.rated}`);
  }
  const rail = body.rail ?? {
    [`${body.domain_id}-all`]: body.rated_in_domain,
    [`${body.domain_id}-${body.rank}`]: body.rated_at_level,
  };
  for (const [key, rated] of Object.entries(rail)) showRail(key, rated);
  for (const place of document.querySelectorAll("[data-left]")) place.textContent = body.left;
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

/** The link to the part that comes next: the one of the two that is shown at this width. */
function wayOn() {
  return [...document.querySelectorAll("[data-way-on]")].find((link) => link.getClientRects().length > 0);
}

addEventListener("online", tryAgain);
addEventListener("focus", tryAgain);
document.addEventListener("visibilitychange", () => { if (!document.hidden) tryAgain(); });
bar.querySelector("button").addEventListener("click", tryAgain);

/* A link waits for what is being saved, so that the next page shows it and nobody is asked whether to leave. */
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.origin !== location.origin || link.target || (link.hash && link.pathname === location.pathname)) return;
  const isByKey = event.detail === 0;
  const to = link.href + (isByKey && "wayOn" in link.dataset && !link.hash ? FIRST_OPEN : "");
  const waiting = cards.filter((card) => card.isUnsaved);
  if (waiting.some((card) => card.stuck || card.tries > 0) || (to === link.href && waiting.length === 0)) return;
  event.preventDefault();
  leavingTo = to;
  for (const card of waiting) if (card.wanted !== null) card.schedule(0);
  showPage();
});

let isLeaving = false;
addEventListener("beforeunload", (event) => {
  if (!isLeaving && cards.some((card) => card.isUnsaved || card.isHalf)) event.preventDefault();
});

for (const form of document.querySelectorAll("form[data-sign-out]")) {
  form.addEventListener("submit", (event) => {
    if (!cards.some((card) => card.isUnsaved)) return;
    if (confirm(words.leave)) isLeaving = true;
    else event.preventDefault();
  });
}

/* ---- a grid: rows by keyboard, one form around them ---------------------------------------------------------- */

if (grid) {
  const STEP = { ArrowUp: -1, ArrowDown: 1, Enter: 1 };
  grid.addEventListener("keydown", (event) => {
    if (event.target.type !== "radio" || !(event.key in STEP) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const here = cards.findIndex((card) => card.radios.includes(event.target));
    const there = cards[here + STEP[event.key]];
    const column = cards[here].radios.indexOf(event.target);
    if (there) (there.chosen ?? there.radios[column]).focus();
    else if (event.key !== "ArrowUp") wayOn()?.focus();
  });
  grid.addEventListener("submit", (event) => {
    const row = event.submitter?.closest("[data-statement]");
    const card = cards.find((each) => each.root === row);
    if (card) card.onSubmit(event);
    else event.preventDefault();
  });
}

/* ---- a screen of a review: one form around its cards, with a button for what is ticked and one to go on later ---- */

if (sitting) {
  const tickButton = sitting.querySelector("[data-tick-button]");
  const showTicked = () => {
    const count = sitting.querySelectorAll("[data-tick]:checked").length;
    tickButton.textContent = fill(words.ticked, { count });
  };
  sitting.addEventListener("change", showTicked);
  showTicked();
  sitting.addEventListener("submit", (event) => {
    const root = event.submitter?.closest("[data-statement]");
    const card = cards.find((each) => each.root === root);
    if (card) {
      event.preventDefault();
      card.press();
    } else if (cards.some((each) => each.isUnsaved)) {
      event.preventDefault();
      pressed = event.submitter;
      for (const each of cards) if (each.wanted !== null) each.schedule(0);
      showPage();
    } else {
      isLeaving = true; // what is begun goes with the form
    }
  });
}

/* Whoever came here by a key on the link before goes on at the first statement that is open. */
if (location.hash === FIRST_OPEN) {
  history.replaceState(history.state, "", location.pathname + location.search);
  const first = cards.find((card) => card.isOpen) ?? cards[0];
  addEventListener("load", () => requestAnimationFrame(() => first?.focus()));
}
