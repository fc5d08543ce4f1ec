/* On a phone one statement at a time: of the cards of the list one is shown, over one row of answers that never moves. An
   answer brings the next card, and the last one what comes then; a second tap on the same spot does not answer that. */

import { leave } from "../leaving.js";
import { fill, words } from "./announcements.js";
import { isTyping, wayOn } from "./keys.js";
import { cards, isStuck } from "./unsaved.js";

const QUIET = 300; // ms in which what has just come takes no tap: it was meant for what was there before
const STAYS = "stay-on-a-statement";
const A_TAP = () => new MouseEvent("click", { bubbles: true, cancelable: true, detail: 1 }); // not as by a key
const phone = matchMedia("(max-width: 37.49rem)");

let cameAt = -QUIET;
let endedAt = -QUIET;

const oneBar = () => document.querySelector("[data-one]");
const over = () => document.querySelector("[data-over]");
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

/** The card that was shown here before, else the one that the server has chosen, with what belongs to it. */
export function startOneAtATime() {
  const card = cards.find(({ id }) => id === history.state?.one) ?? aloneNow();
  if (oneBar() && card) putAlone(card);
  const stays = document.querySelector("[data-stay]");
  if (stays) stays.checked = settings?.getItem(STAYS) !== null;
}

function putAlone(card) {
  if (card !== aloneNow()) {
    aloneNow()?.root.removeAttribute("data-alone");
    card.root.setAttribute("data-alone", "");
    scrollTo({ top: 0, behavior: "instant" });
  }
  showPlace(card);
}

/** Brings that card, and the focus to its heading, unless it `keepsFocus`. Whoever comes back to this page finds it there. */
export function showAlone(card, keepsFocus = false) {
  history.replaceState({ ...history.state, one: card.id }, "");
  putAlone(card);
  cameAt = performance.now();
  if (!keepsFocus) focusOn(card.root.querySelector(".statement-title"));
}

function focusOn(heading) {
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

/** The heading of the card of a section that has just come. Returns whether there is one. */
export function startAtAlone() {
  const card = isOneAtATime() && aloneNow();
  if (card) showAlone(card);
  else if (cards.length === 0) endedAt = performance.now();
  return Boolean(card);
}

/** After an answer: the next card. After the last one what the page says then; where it says nothing the way on, which a
    tap takes by itself. */
export function goOnAlone(card, wasOpen, isTap = false) {
  if (settings?.getItem(STAYS)) return;
  const next = (wasOpen ? null : cards[cards.indexOf(card) + 1]) ?? card.next();
  if (next) {
    showAlone(next);
    return;
  }
  showPlace(card, true);
  const way = wayOn();
  if (over() && !isStuck()) showOver();
  else if (isTap && !isStuck()) way?.dispatchEvent(A_TAP());
  else way?.focus();
}

function showOver() {
  over().hidden = false;
  document.querySelector("[data-after-last]").hidden = true;
  endedAt = performance.now();
  scrollTo({ top: 0, behavior: "instant" });
  focusOn(over().querySelector("h2"));
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

function showPlace(card, isOver = false) {
  const at = cards.indexOf(card);
  const { first, of } = oneBar().dataset;
  const done = Number(first) + at;
  oneBar().querySelector("[data-at]").textContent = fill(words.count, { done, total: of });
  oneBar().querySelector("progress").value = done;
  const ends = isOver || at === cards.length - 1;
  document.querySelector("[data-next]").hidden = ends;
  document.querySelector("[data-after-last]").hidden = !ends;
  const show = document.querySelector("[data-show]");
  show.hidden = !cards.some(({ id, stuck }) => id === show.value && stuck && id !== card.id);
  if (over()) over().hidden = true;
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
  const before = over()?.hidden === false ? aloneNow() : cards[cards.indexOf(aloneNow()) - 1];
  if (before) showAlone(before);
  else if ((await leave()) ?? true) location.assign(button.value);
}

/* A phone that is turned shows the list, or one card, where one was. */
phone.addEventListener("change", () => {
  if (!oneBar()) return;
  const here = cards.find((card) => card.root.contains(document.activeElement)) ?? aloneNow();
  if (phone.matches) showAlone(here, isTyping(document.activeElement));
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
document.addEventListener("click", (event) => {
  if (event.detail > 0 && performance.now() - endedAt < QUIET) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, { capture: true });
document.addEventListener("keydown", (event) => {
  if (event.target.closest("[data-one-answers]")) aloneNow().onKey(event);
});
document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-stay]")) return;
  if (target.checked) settings?.setItem(STAYS, "yes");
  else settings?.removeItem(STAYS);
});
