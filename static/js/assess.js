/* Rating without leaving the page: each answer is saved by itself, in turn, and says so. Without this script the
   statements of a page are one form with one button, as are the rows of a grid and the cards of a review. */

import { connectKeeping } from "./parts/keeping.js";
import { connectNotes } from "./parts/notes.js";
import { startOneAtATime } from "./parts/one_card.js";
import { RatingCard, saveEachByItself } from "./parts/rating_card.js";
import { start } from "./parts/sections.js";
import { connectCards } from "./parts/statement_card.js";

start((root) => {
  connectCards(root, RatingCard);
  startOneAtATime();
  connectNotes(root);
  saveEachByItself(root.querySelector("form[data-ratings]"));
  connectKeeping(root);
});
