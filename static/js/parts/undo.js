/* Taking back the ratings given in this section, the last one first. What was there is given again: nothing is unsaid in
   the history. */

import { fill, page, speak } from "./announcements.js";
import { isTyping } from "./keys.js";

const SHOWN_FOR = 10000;
const PLACES = "[data-statement], [data-way-on], [data-toast]";

let given = []; // { card, before }; `before` null: it had no answer
let undone = null; // whose rating was taken back last, until that is told
let timer = 0;

const toast = () => document.querySelector("[data-toast]");

/** What was not sent yet is one with what takes its place. */
export function remember(card, before) {
  undone = null;
  if (card.wanted === null || given.at(-1)?.card !== card) given.push({ card, before });
}

/** All of them, or those of one card. */
export function forgetGiven(card) {
  if (!card || card === undone) undone = null;
  given = card ? given.filter((each) => each.card !== card) : [];
  hide();
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
  hide();
  undone = last.card;
  last.card.putBack(last.before);
  last.card.focus();
  return true;
}

/** `what`: which of the box's own words. */
function tell(card, saved, what, canUndo = false) {
  const box = toast();
  const text = fill(box.dataset[what], { answer: card.label(card.chosen?.value) });
  box.querySelector("[data-toast-text]").textContent = text;
  box.querySelector("button").hidden = !canUndo;
  card.besideIt(box);
  box.hidden = false;
  makeWay();
  speak(`${text} ${fill(box.dataset.count, { done: saved.rated, total: page.dataset.total })}${canUndo ? ` ${box.dataset.how}` : ""}`);
  waitToHide();
}

function waitToHide() {
  clearTimeout(timer);
  timer = setTimeout(() => (toast()?.matches(":hover, :focus-within") ? waitToHide() : hide()), SHOWN_FOR);
}

function hide() {
  clearTimeout(timer);
  const box = toast();
  if (box) box.hidden = true;
}

/** The box stands at the foot, and at the top while what has the focus would be under it. */
function makeWay() {
  const box = toast();
  const focused = document.activeElement;
  if (!box || box.hidden || box.contains(focused)) return;
  const here = (focused.labels?.[0] ?? focused).getBoundingClientRect();
  const isUnder = () => {
    const over = box.getBoundingClientRect();
    return over.left < here.right && here.left < over.right && over.top < here.bottom && here.top < over.bottom;
  };
  box.classList.remove("is-at-top");
  if (focused === document.body || !isUnder()) return;
  box.classList.add("is-at-top");
  if (isUnder()) box.classList.remove("is-at-top");
}

document.addEventListener("focusin", makeWay);
document.addEventListener("scroll", makeWay, { passive: true });
document.addEventListener("click", (event) => { if (event.target.closest("[data-toast] button")) undo(); });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hide();
  const isUndo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  if (!isUndo || isTyping(event.target) || !event.target.closest(PLACES)) return;
  if (undo()) event.preventDefault();
});
