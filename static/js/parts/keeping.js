/* Older ratings that are kept together: how many are ticked, of those that were not looked at one by one. */

import { fill } from "./announcements.js";
import { cards, letGo, waits } from "./unsaved.js";

const tickOf = (card) => card.root.querySelector(".keep-tick input");

export function connectKeeping(root) {
  const button = root.querySelector("[data-keep-shown]");
  button?.form.addEventListener("change", () => showTicked(button));
}

/** Of the statement, which was answered or kept by itself. */
export function untick(card) {
  const tick = tickOf(card);
  if (!tick) return;
  tick.checked = false;
  tick.disabled = true;
  showTicked(document.querySelector("[data-keep-shown]"));
}

/** The form goes to the server as a whole, once all that was answered is saved. Returns whether that is what was pressed. */
export function keepsTogether(event) {
  if (!event.submitter?.matches("[data-keep-shown]")) return false;
  if (waits(event.submitter)) event.preventDefault();
  else letGo();
  return true;
}

function showTicked(button) {
  const count = cards.filter((card) => tickOf(card)?.checked).length;
  button.textContent = fill(button.dataset.keepShown, { count });
  button.disabled = count === 0;
}
