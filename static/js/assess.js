/* Rating without leaving the page: each answer is saved by itself, in turn, and says so. Without this script the
   statements, the rows of a grid and the cards of a review are plain forms. */

import { connectNotes } from "./parts/notes.js";
import { RatingCard } from "./parts/rating_card.js";
import { start } from "./parts/sections.js";
import { connectCards } from "./parts/statement_card.js";

start((root) => {
  connectCards(root, RatingCard);
  connectNotes(root);
});
