/* The grid: a row for each statement, moved through by keyboard, with one form around them. */

import { hasModifier, startAtFirstOpen, wayOn } from "./keys.js";
import { connect } from "./notes.js";
import { StatementCard } from "./statement_card.js";
import { cards } from "./unsaved.js";

const STEP = { ArrowUp: -1, ArrowDown: 1, Enter: 1 };

class GridRow extends StatementCard {
  place(box) {
    this.root.querySelector("th").append(box);
  }
}

const grid = document.querySelector("form[data-grid]");
for (const root of grid.querySelectorAll("[data-statement]")) cards.push(new GridRow(root));
connect();
startAtFirstOpen(cards);

grid.addEventListener("keydown", (event) => {
  if (event.target.type !== "radio" || !(event.key in STEP) || hasModifier(event)) return;
  event.preventDefault();
  const here = cards.findIndex((card) => card.radios.includes(event.target));
  const there = cards[here + STEP[event.key]];
  const column = cards[here].radios.indexOf(event.target);
  if (there) (there.chosen ?? there.radios[column]).focus();
  else if (event.key !== "ArrowUp") wayOn()?.focus();
});

grid.addEventListener("submit", (event) => {
  const row = event.submitter?.closest("[data-statement]");
  const card = cards.find((each) => each.root === row);
  if (card) card.onSubmit(event);
  else event.preventDefault();
});
