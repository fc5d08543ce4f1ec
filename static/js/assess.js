/* Rating without leaving the page: each answer is saved by itself, in turn, and says so. Without this script the
   statements, the rows of a grid and the cards of a review are plain forms. */

import { connect } from "./notes.js";
import { RatingCard } from "./rating/rating_card.js";
import { start } from "./rating/sections.js";
import { connectCards } from "./statement_card.js";

start((root) => {
  connectCards(root, RatingCard);
  connect(root);
});
