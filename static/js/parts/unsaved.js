/* The page as a whole: what is not saved yet, and what waits for it (a link, a button, leaving, signing out). */

import { fill, speak, words } from "./announcements.js";
import { addressOf } from "./keys.js";
import { beforeLeaving, leave, linkOf } from "../leaving.js";

/** Every statement that can be answered here, in its order; the entry of the page fills it. */
export const cards = [];

let settled = []; // who waits until all is saved, or something is not: told which
let pressed = null; // a button of the whole page that waits for what is being saved
let isLeaving = false;

const waiting = () => cards.filter((card) => card.isUnsaved);
const isFailing = (card) => card.stuck || card.tries > 0;

/** Whether something is not saved that saving again does not help now. */
export const isStuck = () => waiting().some(isFailing);

/** The statements of the section that is shown now. */
export function setCards(all) {
  cards.splice(0, cards.length, ...all);
}

/** "all changes saved", or how many are not, and why. */
export function showPage() {
  const unsavedCards = waiting();
  const failing = unsavedCards.filter(isFailing);
  const half = cards.filter((card) => card.isHalf);
  const unsaved = fill(words.pageUnsaved, { count: unsavedCards.length });
  const lacking = half.length ? fill(lackOf(half), { count: half.length }) : words.pageSaved;
  const text = failing.length ? unsaved : unsavedCards.length ? words.pageSaving : lacking;
  for (const place of document.querySelectorAll("[data-page-state]")) {
    if (place.textContent !== text) place.textContent = text;
    place.classList.toggle("is-half", half.length > 0);
  }
  const show = document.querySelector("[data-show-missing]");
  if (show) show.hidden = half.length === 0;
  showBar(failing, unsaved);
  if (failing.length) pressed = null;
  if (failing.length || !unsavedCards.length) {
    for (const tell of settled.splice(0)) tell(!unsavedCards.length);
  }
  if (pressed && !unsavedCards.length) pressed.form.requestSubmit(pressed);
}

/** What is missing, where it is the same in all of them. */
function lackOf(half) {
  const [missing, other] = new Set(half.map((card) => card.missing));
  return other ? words.pageLacks : { how: words.pageHow, told: words.pageTold, question: words.pageAsks }[missing];
}

/** Over the foot of the window, where it moves nothing: what is not saved, and what to do. A refusal stands in its card. */
function showBar(failing, unsaved) {
  const is = (reason) => failing.some((card) => card.stuck === reason);
  const bar = document.querySelector("[data-unsaved]");
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

/** Send at once whatever waits out a pause. */
export function sendNow() {
  for (const card of cards) if (card.wanted !== null && !card.stuck) card.schedule(0);
}

/** A button of the whole page: pressed again by itself when all is saved. Returns whether it has to wait. */
export function waits(button) {
  if (waiting().length === 0) return false;
  pressed = button;
  sendNow();
  showPage();
  return true;
}

/** What is begun goes with the form: nobody is asked. */
export function letGo() {
  isLeaving = true;
}

beforeLeaving(() => {
  if (waiting().length === 0) return null;
  const saved = new Promise((tell) => { settled.push(tell); });
  sendNow();
  showPage();
  return saved;
});

/* A link waits for what is being saved, so that the next page shows it and nobody is asked whether to leave. */
document.addEventListener("click", async (event) => {
  const link = linkOf(event);
  if (!link || isStuck()) return;
  const to = addressOf(link, event.detail === 0);
  const saved = leave();
  if (saved === null && to === link.href) return;
  event.preventDefault();
  if ((await saved) ?? true) location.assign(to);
});

addEventListener("beforeunload", (event) => {
  if (!isLeaving && cards.some((card) => card.isUnsaved || card.isHalf)) event.preventDefault();
});

for (const form of document.querySelectorAll("form[data-sign-out]")) {
  form.addEventListener("submit", (event) => {
    if (waiting().length === 0) return;
    if (confirm(words.leave)) isLeaving = true;
    else event.preventDefault();
  });
}
