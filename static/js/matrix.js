/* The gap matrix by keyboard: one stop for Tab, then the arrow keys go from cell to cell, Home and End to the ends of a
   row. Without this script every link is a stop of its own. */

import { hasModifier } from "./parts/keys.js";

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -Infinity], End: [0, Infinity] };

const within = (at, length) => Math.min(Math.max(at, 0), length - 1);

function connectMatrix(table) {
  const rows = [...table.rows].map((row) => [...row.cells].map((cell) => cell.querySelector("a")));
  const links = rows.flat().filter(Boolean);
  let stop = null;

  function stopAt(link) {
    if (stop) stop.tabIndex = -1;
    stop = link;
    stop.tabIndex = 0;
  }

  for (const link of links) link.tabIndex = -1;
  if (links.length > 0) stopAt(links[0]);

  table.addEventListener("focusin", (event) => { if (links.includes(event.target)) stopAt(event.target); });
  table.addEventListener("keydown", (event) => {
    if (!(event.key in STEPS) || hasModifier(event) || !links.includes(event.target)) return;
    event.preventDefault();
    const [down, aside] = STEPS[event.key];
    const filled = rows.filter((row) => row.some(Boolean));
    const row = filled.findIndex((each) => each.includes(event.target));
    const column = filled[row].indexOf(event.target);
    const there = filled[within(row + down, filled.length)];
    const way = getComputedStyle(table).direction === "rtl" ? -aside : aside;
    let at = within(column + way, there.length);
    while (there[at] === null && at > 0 && at < there.length - 1 && way !== 0) at += Math.sign(way);
    (there[at] ?? there.find(Boolean)).focus();
  });
}

for (const table of document.querySelectorAll(".matrix")) connectMatrix(table);
