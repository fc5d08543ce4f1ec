/* One statement's way to the server: one request at a time, what changes meanwhile goes with the next one, and it is
   tried again while nobody answers. */

import { page, words } from "./announcements.js";
import { cards, sendNow, showPage } from "./unsaved.js";

const person = Number(page.dataset.person);
const LONGEST_WAIT = 30000;
let token = document.querySelector('input[name="csrf_token"]').value;

/** A card says what it is by onSaved, onRefused and say(words, isUnsaved). */
export class SaveQueue {
  constructor(action, version) {
    this.action = action;
    this.version = version;
    this.wanted = null; // what waits to be sent; null: nothing
    this.sending = false;
    this.timer = 0;
    this.tries = 0;
    this.stuck = ""; // "refused": only another click tries again; "signedOut", "otherPerson": as soon as that is over
  }

  get isUnsaved() {
    return this.wanted !== null || this.sending;
  }

  save(what, pause) {
    this.wanted = { ...this.wanted, ...what };
    if (!what.notes_only) delete this.wanted.notes_only;
    this.stuck = "";
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
    if (answer?.ok) this.done(sent, body);
    else this.failed(sent, answer, body, who);
    showPage();
  }

  async post(sent) {
    try {
      const answer = await fetch(this.action, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
        body: JSON.stringify({ ...asked(sent), base_version: this.version, person_id: person }),
        keepalive: true, // a page that is left sends it all the same
      });
      return [answer, await answer.json()];
    } catch {
      return [null, null]; // no connection, or not our server's answer: tried again
    }
  }

  done(sent, body) {
    this.version = body.version;
    this.tries = 0;
    this.onSaved(sent, body);
    if (this.wanted !== null) this.schedule(0);
    for (const card of cards) if (card.isUnsaved && card.tries > 0) card.schedule(0); // the server is back: nobody waits their pause out
  }

  failed(sent, answer, body, who) {
    const isAnswered = this.wanted !== null && !this.wanted.notes_only; // while a note was on its way
    this.wanted = { ...sent, ...this.wanted };
    if (isAnswered) delete this.wanted.notes_only;
    this.say(words.notSaved, true);
    const mayPass = answer === null || answer.status === 429 || answer.status >= 500;
    if (mayPass) {
      this.tries += 1;
      this.schedule(Math.min(LONGEST_WAIT, 1000 * 2 ** this.tries));
      return;
    }
    this.stuck = who === "signedOut" || who === "otherPerson" ? who : "refused";
    if (this.stuck === "refused") this.onRefused(answer, body);
  }

  /** What waits, in a tab of its own, as the form without script sends it. */
  sendAsForm() {
    const { answer, notes_only: isNotes, ...notes } = this.wanted;
    const act = answer === null ? { save: "clear" } : isNotes ? { save: "notes" } : { answer };
    const fields = { csrf_token: token, base_version: this.version, person_id: person, ...notes, ...act };
    const form = document.createElement("form");
    Object.assign(form, { action: this.action, method: "post", target: "_blank" });
    for (const [name, value] of Object.entries(fields)) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
    }
    document.body.append(form);
    form.submit();
    form.remove();
    this.wanted = null;
    this.stuck = "";
    this.say("");
    showPage();
  }
}

/** An answer that is null is one to be cleared. */
const asked = ({ answer, ...others }) => (answer === null ? { ...others, clear: true } : { answer, ...others });

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
  sendNow();
}

addEventListener("online", tryAgain);
addEventListener("pagehide", () => { for (const card of cards) if (card.wanted?.notes_only) card.send(); }); // answers are kept in this tab
addEventListener("focus", tryAgain);
document.addEventListener("visibilitychange", () => { if (!document.hidden) tryAgain(); });
document.addEventListener("click", (event) => { if (event.target.closest("[data-unsaved] button")) tryAgain(); });
