/* The grid: a row for each statement, moved through by keyboard, with one form around them. */

import { hasModifier, wayOn } from "./parts/keys.js";
import { connectNotes } from "./parts/notes.js";
import { RatingCard, saveEachByItself } from "./parts/rating_card.js";
import { start } from "./parts/sections.js";
import { connectCards } from "./parts/statement_card.js";
import { cards } from "./parts/unsaved.js";

const STEP = { ArrowUp: -1, ArrowDown: 1, Enter: 1 };

class GridRow extends RatingCard {
  place(box) {
    this.root.querySelector("th").append(box);
  }
}

function connectGrid(root) {
  connectCards(root, GridRow);
  connectNotes(root);
  const grid = root.querySelector("form[data-grid]");

  grid.addEventListener("keydown", (event) => {
    if (event.target.type !== "radio" || !(event.key in STEP) || hasModifier(event)) return;
    event.preventDefault();
    const here = cards.findIndex((card) => card.radios.includes(event.target));
    const there = cards[here + STEP[event.key]];
    const column = cards[here].radios.indexOf(event.target);
    if (there) (there.chosen ?? there.radios[column]).focus();
    else if (event.key !== "ArrowUp") wayOn()?.focus();
  });

  saveEachByItself(grid);
}

start(connectGrid);
