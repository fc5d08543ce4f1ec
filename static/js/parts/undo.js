/* Taking back the ratings given in this section, the last one first. What was there is given again: nothing is unsaid in
   the history. What was saved last stands in a slot of its own, which covers nothing and moves nothing. */

import { fill, page, speak } from "./announcements.js";
import { isTyping } from "./keys.js";

const PLACES = "[data-statement], [data-way-on], [data-status], [data-one-answers]";

let given = []; // { card, before }; `before` null: it had no answer
let undone = null; // whose rating was taken back last, until that is told

const slotOf = () => document.querySelector("[data-status]");

/** What was not sent yet is one with what takes its place. */
export function remember(card, before) {
  undone = null;
  if (card.wanted === null || given.at(-1)?.card !== card) given.push({ card, before });
}

/** All of them, or those of one card. */
export function forgetGiven(card) {
  if (!card || card === undone) undone = null;
  given = card ? given.filter((each) => each.card !== card) : [];
  fillSlot("");
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
  const last = given.at(-1);
  if (!last || last.card.isUnsaved) return false;
  tell(last.card, saved, "saved", true);
  return true;
}

function undo() {
  const last = given.pop();
  if (!last) return false;
  fillSlot("");
  undone = last.card;
  last.card.putBack(last.before);
  last.card.focus();
  return true;
}

/** `what`: which of the slot's own words. */
function tell(card, saved, what, canUndo = false) {
  const slot = slotOf();
  const text = fill(slot.dataset[what], { answer: card.label(card.chosen?.value) });
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
