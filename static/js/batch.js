/* A batch, one screen of a review: one form around its cards, with a button for what is ticked and one to go on later. */

import { fill, words } from "./announcements.js";
import { startAtFirstOpen } from "./keys.js";
import { ReviewCard } from "./review_card.js";
import { connectCards } from "./statement_card.js";
import { cards, letGo, waits } from "./unsaved.js";

const batch = document.querySelector("form[data-batch]");
connectCards(document, ReviewCard);
startAtFirstOpen(cards);

const tickButton = batch.querySelector("[data-tick-button]");
function showTicked() {
  const count = batch.querySelectorAll("[data-tick]:checked").length;
  tickButton.textContent = fill(words.ticked, { count });
}
batch.addEventListener("change", showTicked);
showTicked();

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
