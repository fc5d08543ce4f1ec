/* On a phone one statement at a time: of the cards of the list one is shown, over one row of answers that never moves. An
   answer brings the next card; a second tap on the same spot does not answer that. */

import { leave } from "../leaving.js";
import { fill, words } from "./announcements.js";
import { wayOn } from "./keys.js";
import { cards, isStuck } from "./unsaved.js";

const QUIET = 300; // ms in which a card that has just come is not answered by a tap
const STAYS = "stay-on-a-statement";
const A_TAP = () => new MouseEvent("click", { bubbles: true, cancelable: true, detail: 1 }); // not as by a key
const phone = matchMedia("(max-width: 37.49rem)");

let cameAt = -QUIET;

const oneBar = () => document.querySelector("[data-one]");
const aloneNow = () => cards.find((card) => card.root.hasAttribute("data-alone"));

export const isOneAtATime = () => oneBar() !== null && phone.matches;

/** A browser may refuse to store anything; then it goes on to the next statement. */
const settings = (() => {
  try {
    return localStorage;
  } catch {
    return null;
  }
})();

/** The card that the server has chosen, with what belongs to it. */
export function startOneAtATime() {
  const card = aloneNow();
  if (oneBar() && card) showPlace(card, false);
  const stays = document.querySelector("[data-stay]");
  if (stays) stays.checked = settings?.getItem(STAYS) !== null;
}

/** Brings that card, and the focus to its heading. */
export function showAlone(card) {
  if (card !== aloneNow()) {
    aloneNow()?.root.removeAttribute("data-alone");
    card.root.setAttribute("data-alone", "");
    scrollTo({ top: 0, behavior: "instant" });
  }
  cameAt = performance.now();
  showPlace(card, false);
  const heading = card.root.querySelector(".statement-title");
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

/** The heading of the card of a section that has just come. Returns whether there is one. */
export function startAtAlone() {
  const card = isOneAtATime() && aloneNow();
  if (card) showAlone(card);
  return Boolean(card);
}

/** After an answer: the next card; after the last one the way on, which a tap takes by itself where it is a section. */
export function goOnAlone(card, wasOpen, isTap = false) {
  if (settings?.getItem(STAYS)) return;
  const next = wasOpen ? card.next() : cards[cards.indexOf(card) + 1];
  if (next) {
    showAlone(next);
  } else {
    showPlace(card, true);
    const way = wayOn();
    if (isTap && way?.hasAttribute("data-carries") && !isStuck()) way.dispatchEvent(A_TAP());
    else way?.focus();
  }
}

/** Which of the answers is pressed, where that is the card that is shown. */
export function showPressed(card) {
  if (card !== aloneNow()) return;
  for (const button of document.querySelectorAll("[data-one-answers] button")) {
    button.setAttribute("aria-pressed", String(button.value === card.chosen?.value));
  }
}

/** Of a card that is not shown anymore, in the slot: what became of it, and a way to it. */
export function tellNotSaved(card) {
  if (!isOneAtATime() || card === aloneNow()) return;
  const slot = document.querySelector("[data-status]");
  slot.querySelector("[data-status-text]").textContent = words.notSaved;
  slot.querySelector("[data-status-title]").textContent = card.title;
  const show = slot.querySelector("[data-show]");
  show.value = card.id;
  show.hidden = false;
}

function showPlace(card, isOver) {
  const at = cards.indexOf(card);
  const { first, of } = oneBar().dataset;
  const done = Number(first) + at;
  oneBar().querySelector("[data-at]").textContent = fill(words.count, { done, total: of });
  oneBar().querySelector("progress").value = done;
  const ends = isOver || at === cards.length - 1;
  document.querySelector("[data-next]").hidden = ends;
  document.querySelector("[data-after-last]").hidden = !ends;
  document.querySelector("[data-show]").hidden = true;
  showPressed(card);
}

function answerAlone(answer, isTap) {
  if (performance.now() - cameAt < QUIET) return;
  const card = aloneNow();
  const wasOpen = card.isOpen;
  card.give(answer, 0);
  goOnAlone(card, wasOpen, isTap);
}

async function goBack(button) {
  const before = cards[cards.indexOf(aloneNow()) - 1];
  if (before) showAlone(before);
  else if ((await leave()) ?? true) location.assign(button.value);
}

/* A phone that is turned shows the list, or one card, where one was. */
phone.addEventListener("change", () => {
  if (!oneBar()) return;
  const here = cards.find((card) => card.root.contains(document.activeElement)) ?? aloneNow();
  if (phone.matches) showAlone(here);
  else here.root.scrollIntoView({ block: "center", behavior: "instant" });
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-one-answers] button, [data-back], [data-next], [data-show]");
  if (!button) return;
  event.preventDefault();
  if ("back" in button.dataset) goBack(button);
  else if ("next" in button.dataset) showAlone(cards[cards.indexOf(aloneNow()) + 1]);
  else if ("show" in button.dataset) showAlone(cards.find((card) => card.id === button.value));
  else answerAlone(button.value, event.detail > 0);
});
document.addEventListener("keydown", (event) => {
  if (event.target.closest("[data-one-answers]")) aloneNow().onKey(event);
});
document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-stay]")) return;
  if (target.checked) settings?.setItem(STAYS, "yes");
  else settings?.removeItem(STAYS);
});
