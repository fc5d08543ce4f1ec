/* Taking back the ratings given in this section and the one before it, the last one first. What was there is given again:
   nothing is unsaid in the history. What was saved last stands in a slot of its own, which covers nothing and moves
   nothing. */

import { fill, page, speak } from "./announcements.js";
import { isTyping } from "./keys.js";
import { cards } from "./unsaved.js";

const PLACES = "[data-statement], [data-way-on], [data-status], [data-one-answers], h1, [data-over]";

let given = []; // { id, before }, of a statement; `before` null: it had no answer
let undone = null; // whose rating was taken back last, until that is told
let awaited = null; // what is taken back as soon as its section is there again

const slotOf = () => document.querySelector("[data-status]");
const cardOf = (one) => cards.find((card) => card.id === one?.id);

/** What was not sent yet is one with what takes its place. */
export function remember(card, before) {
  undone = null;
  if (card.wanted === null || given.at(-1)?.id !== card.id) given.push({ id: card.id, before });
}

/** All of them, or those of one card. */
export function forgetGiven(card) {
  if (!card || card === undone) undone = null;
  given = card ? given.filter((each) => each.id !== card.id) : [];
  fillSlot("");
}

/** Before another section takes the place of this one: returns what offers, there, to take the last rating back. */
export function offerFromNext() {
  given = given.filter(cardOf);
  const last = cardOf(given.at(-1));
  return last ? fillSlot.bind(null, wordsOf(last, "saved"), last.title, true) : fillSlot.bind(null, "");
}

/** Where another section has come that is not the next one. */
export function showGiven() {
  if (!awaited) forgetGiven();
  else if (cardOf(awaited)) takeBack(awaited);
  awaited = null;
}

/** Now that all is saved: what was taken back last, whichever was saved last. Returns whether something was. */
export function tellUndone(saved) {
  if (!undone) return false;
  tell(undone, saved, "undone");
  undone = null;
  return true;
}

/** Say that all is saved, and offer to take the last one back. Returns whether there is one. */
export function offerUndo(saved) {
  const last = cardOf(given.at(-1));
  if (!last || last.isUnsaved) return false;
  tell(last, saved, "saved", true);
  return true;
}

function undo() {
  const last = given.pop();
  if (!last) return false;
  fillSlot("");
  if (cardOf(last)) {
    takeBack(last);
  } else {
    awaited = last;
    history.back();
  }
  return true;
}

function takeBack(last) {
  undone = cardOf(last);
  undone.putBack(last.before);
  undone.focus();
}

/** `what`: which of the slot's own words. */
const wordsOf = (card, what) => fill(slotOf().dataset[what], { answer: card.label(card.chosen?.value) });

function tell(card, saved, what, canUndo = false) {
  const slot = slotOf();
  const text = wordsOf(card, what);
  fillSlot(text, card.title, canUndo);
  const how = canUndo && !matchMedia("(hover: none), (pointer: coarse)").matches ? ` ${slot.dataset.how}` : "";
  speak(`${text}. ${fill(slot.dataset.count, { done: saved.rated, total: page.dataset.total })}${how}`);
}

/** Without a text: what stands there at first. The slot keeps its height. */
function fillSlot(text, title = "", canUndo = false) {
  const slot = slotOf();
  if (!slot) return;
  slot.classList.remove("is-saved");
  slot.getBoundingClientRect(); // so that the check of the next one arrives too
  slot.classList.toggle("is-saved", text !== "");
  slot.querySelector("[data-status-text]").textContent = text || slot.dataset.first;
  slot.querySelector("[data-status-title]").textContent = title;
  slot.querySelector("[data-undo]").hidden = !canUndo;
}

document.addEventListener("click", (event) => { if (event.target.closest("[data-undo]")) undo(); });
document.addEventListener("keydown", (event) => {
  const isUndo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  if (!isUndo || isTyping(event.target) || !event.target.closest(PLACES)) return;
  if (undo()) event.preventDefault();
});
