/* Rating without leaving the page: each answer is saved by itself, in turn, and says so. Without this script the
   statements, the rows of a grid and the cards of a review are plain forms. */

import { startAtFirstOpen } from "./keys.js";
import { connect } from "./notes.js";
import { StatementCard } from "./statement_card.js";
import { cards } from "./unsaved.js";

for (const root of document.querySelectorAll("[data-statement]")) cards.push(new StatementCard(root));
connect();
startAtFirstOpen(cards);
