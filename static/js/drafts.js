/* Texts of forms, kept on the server while they are typed, until they are sent. Nothing is kept over a draft that is
   still offered, and who leaves is asked only while something is not kept yet. */

import { beforeLeaving, leave, linkOf } from "./leaving.js";

const page = document.querySelector("[data-drafts]");
const told = JSON.parse(page.dataset.drafts);
const person = Number(document.body.dataset.person);
const PAUSE = 1000;
const LONGEST_WAIT = 30000;
const MOST_ON_LEAVING = 60000; // what a browser still sends of a page that is gone
const UNTYPED = new Set(["hidden", "file", "password", "search", "submit", "button", "reset"]);
const drafts = [];

/** A draft by its name; `read` gives the fields as they are now, none where nothing is typed. */
export class Draft {
  constructor(name, read, place = null, isOffered = false) {
    this.name = name;
    this.read = read;
    this.place = place;
    this.isOffered = isOffered;
    this.isSent = false; // goes with its form
    this.tries = 0;
    this.timer = 0;
    this.sending = null;
    this.settle();
    drafts.push(this);
  }

  get text() {
    return JSON.stringify(this.read());
  }

  get isUnsaved() {
    return !this.isSent && this.text !== this.kept;
  }

  /** What is there now is kept, or needs no keeping. */
  settle() {
    clearTimeout(this.timer);
    this.kept = this.text;
    this.say("");
  }

  typed(pause = PAUSE) {
    clearTimeout(this.timer);
    if (!this.isUnsaved) {
      if (!this.sending && this.tries > 0) this.say("");
      return;
    }
    this.say(this.isOffered ? told.offered : told.saving);
    if (!this.isOffered) this.timer = setTimeout(() => this.flush(), pause);
  }

  /** Returns, when it is done, whether all is kept. */
  async flush() {
    clearTimeout(this.timer);
    while (this.isUnsaved && !this.isOffered) {
      this.sending ??= this.send();
      const isKept = await this.sending;
      this.sending = null;
      if (!isKept) return false;
    }
    return !this.isUnsaved;
  }

  async send() {
    const text = this.text;
    const body = JSON.stringify({ draft: this.name, fields: JSON.parse(text), person_id: person });
    try {
      const answer = await fetch(page.dataset.action, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": page.querySelector("input").value },
        body,
        keepalive: body.length < MOST_ON_LEAVING,
      });
      if (!answer.ok) return this.failed((await answer.json()).error);
    } catch {
      return this.failed(""); // no connection, or not our server's answer
    }
    this.kept = text;
    this.tries = 0;
    this.say(this.isUnsaved ? told.saving : text === "[]" ? "" : told.saved);
    return true;
  }

  failed(why) {
    this.tries += 1;
    this.say(`${told.notSaved} ${why ?? ""}`.trim(), true);
    this.timer = setTimeout(() => this.flush(), Math.min(LONGEST_WAIT, 1000 * 2 ** this.tries));
    return false;
  }

  say(text, isUnsaved = false) {
    if (!this.place) return;
    this.place.textContent = text;
    this.place.hidden = text === "";
    this.place.classList.toggle("is-unsaved", isUnsaved);
    this.place.setAttribute("role", isUnsaved ? "alert" : "none");
  }
}

const isText = (control) => control.matches("textarea, input") && !["checkbox", "radio"].includes(control.type);

const isControl = (control) => control.name && !control.disabled && control.matches("textarea, select, input") && !UNTYPED.has(control.type);

/** What is typed, ticked and chosen; what is left empty is left out, unless something stood there. */
function fieldsOf(controls) {
  const fields = [];
  for (const control of controls) {
    if (isText(control)) {
      if (control.value !== "" || control.defaultValue !== "") fields.push([control.name, control.value]);
    } else if (control.type === "checkbox" || control.type === "radio") {
      if (control.checked) fields.push([control.name, control.value]);
    } else {
      for (const option of control.selectedOptions) fields.push([control.name, option.value]);
    }
  }
  return fields;
}

/** `root` holds the form, and what is offered. A form that nobody has typed a text into has no draft. */
function ofForm(root) {
  const { form, value: name } = root.querySelector('input[name="draft"]');
  const controls = () => [...form.elements].filter(isControl);
  const hasTyped = (all) => all.some((control) => isText(control) && control.value !== control.defaultValue);
  let isBegun = false;
  const read = () => {
    const all = controls();
    return isBegun || hasTyped(all) ? fieldsOf(all) : [];
  };
  const draft = new Draft(name, read, root.querySelector("[data-draft-state]"), "offered" in root.dataset);
  draft.kept = "[]";
  draft.form = form;
  if ("typed" in root.dataset) {
    isBegun = true;
    if ("used" in root.dataset) draft.kept = draft.text;
  }
  const offer = draft.isOffered ? root.querySelector(".draft-offer") : null;
  offer?.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault(); // what was typed since stays in the form, and takes the place of what was offered
    offer.remove();
    draft.isOffered = false;
    draft.kept = "";
    draft.typed(0);
    controls().find(isText).focus();
  });
  form.addEventListener("input", () => draft.typed());
  form.addEventListener("change", () => draft.typed(0));
  draft.typed(0);
}

/** Forms that came into the page. */
function connect(root = document) {
  for (const each of root.querySelectorAll("[data-draft]:not([data-connected])")) {
    each.dataset.connected = "";
    ofForm(each);
  }
}

const unsaved = () => drafts.filter((draft) => draft.isUnsaved && !draft.isOffered);

/** Returns, when it is done, whether all that is typed is kept. */
export async function flush() {
  return (await Promise.all(drafts.map((draft) => draft.flush()))).every(Boolean);
}

/* A link, and a form beside, wait for what is being kept; who goes on without it is asked by the browser. */
beforeLeaving(() => (unsaved().length > 0 ? flush().then(() => true) : null));

document.addEventListener("click", async (event) => {
  const link = linkOf(event);
  const kept = link && unsaved().length > 0 && leave(); // what else waits has a way of its own
  if (!kept) return;
  event.preventDefault();
  await kept;
  location.assign(link.href);
});

let passing = null;
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (event.defaultPrevented || passing === form) return;
  const own = drafts.filter((draft) => draft.form === form);
  const waiting = [...unsaved().filter((draft) => !own.includes(draft)).map((draft) => draft.flush()), ...own.map((draft) => draft.sending)].filter(Boolean);
  for (const draft of own) {
    clearTimeout(draft.timer);
    draft.isSent = true;
  }
  if (waiting.length === 0) return;
  event.preventDefault();
  await Promise.all(waiting);
  passing = form;
  form.requestSubmit(event.submitter);
  passing = null;
});

addEventListener("pagehide", flush);
addEventListener("online", flush);
addEventListener("pageshow", () => { for (const draft of drafts) draft.isSent = false; });
addEventListener("beforeunload", (event) => {
  if (drafts.some((draft) => draft.isUnsaved)) event.preventDefault();
});

connect();
