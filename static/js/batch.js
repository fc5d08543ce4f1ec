/* A batch, one screen of a review: one form around its cards, with what is left of it, the way on, a button to stop for
   now and, where that was asked for, one for what is ticked. */

import { fill, words } from "./parts/announcements.js";
import { startAtFirstOpen, wayOn } from "./parts/keys.js";
import { ReviewCard } from "./parts/review_card.js";
import { connectCards } from "./parts/statement_card.js";
import { cards, letGo, showPage, waits } from "./parts/unsaved.js";

const batch = document.querySelector("form[data-batch]");
connectCards(document, ReviewCard);
startAtFirstOpen(cards);
cards.find((card) => card.root.classList.contains("has-problem"))?.focus();
showPage();

const tickButton = batch.querySelector("[data-tick-button]");
const leftHere = batch.querySelector("[data-left-here]");
const way = wayOn();
let here = null; // the card that had the focus last

/** The next card that is open, after the last that had the focus. */
const nextOpen = () => (here ? here.next() ?? (here.isOpen ? here : undefined) : cards.find((card) => card.isOpen));

function show() {
  const count = cards.filter((card) => card.isOpen).length;
  leftHere.textContent = fill(words.leftHere, { count });
  way.textContent = count ? words.nextOpen : way.dataset.after;
  if (tickButton) tickButton.textContent = fill(words.ticked, { count: batch.querySelectorAll("[data-tick]:checked").length });
}
for (const kind of ["change", "input", "keydown", "focusin"]) batch.addEventListener(kind, () => setTimeout(show));
show();

batch.addEventListener("focusin", (event) => {
  here = cards.find((card) => card.root.contains(event.target)) ?? here;
});

batch.querySelector("[data-show-missing]").addEventListener("click", () => cards.find((card) => card.isHalf)?.lead());

way.addEventListener("click", (event) => {
  const next = nextOpen();
  if (!next) return;
  event.preventDefault();
  next.focus();
});

batch.addEventListener("submit", (event) => {
  const root = event.submitter?.closest("[data-statement]");
  const card = cards.find((each) => each.root === root);
  if (card) {
    event.preventDefault();
    card.press();
  } else if (waits(event.submitter)) {
    event.preventDefault();
  } else {
    letGo();
  }
});
