/* The differences of a review: choices save themselves for their owner, keys choose in the focused row, and counts follow. */

import { words } from "./parts/announcements.js";
import { isShortcut, radioOf } from "./parts/keys.js";

const PAUSE = 600;
const form = document.querySelector("form[data-choices]");
const rows = [...document.querySelectorAll("[data-difference]")].filter((row) => radiosOf(row).length > 0);
const confirming = form.querySelector("[data-confirm]");
const saved = form.querySelector("[data-saved]");
let timer = 0;
let changes = 0; // what was changed and is not stored
let isLeaving = false;

function radiosOf(row) {
  return [...row.querySelectorAll("input[type=radio]")];
}

const isChosen = (row) => radiosOf(row).some((radio) => radio.checked);

function count() {
  const found = { chosen: 0, left: 0, talk: 0 };
  for (const row of rows) found[isChosen(row) ? "chosen" : row.dataset.state === "talk" ? "talk" : "left"] += 1;
  for (const place of document.querySelectorAll("[data-count]")) place.textContent = words[place.dataset.count][found[place.dataset.count]];
  confirming.textContent = words.confirm[found.chosen];
}

/** For nobody else's eyes: the same fields as the form, without the key that lets it be sent once. */
async function save() {
  const sent = changes;
  const body = new FormData(form);
  body.set("act", "keep");
  body.delete("form_key");
  saved.textContent = saved.dataset.saving;
  let isStored = false;
  try {
    isStored = (await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } })).status === 204;
  } catch {
    // no connection: said below, and sent with the next change or with the form
  }
  if (sent !== changes) return;
  if (isStored) changes = 0;
  saved.textContent = isStored ? saved.dataset.done : saved.dataset.failed;
}

function changed() {
  changes += 1;
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE);
  count();
}

function goTo(row) {
  const fold = row.closest("details:not([open])");
  if (fold) fold.open = true;
  const radios = radiosOf(row);
  (radios.find((radio) => radio.checked) ?? radios[0]).focus();
}

/** On to what is left, below and round to the first; when nothing is, to the button. */
function goOn(from) {
  const here = rows.indexOf(from);
  const next = [...rows.slice(here + 1), ...rows.slice(0, here)].find((row) => !isChosen(row) && row.dataset.state !== "talk");
  if (next) goTo(next);
  else confirming.focus();
}

function choose(row, radio) {
  radio.checked = true;
  changed();
  if ("isOther" in radio.dataset) row.querySelector("[data-other]").focus();
  else goOn(row);
}

function actOf(row, event) {
  const radio = radioOf(radiosOf(row), event);
  if (radio) return () => choose(row, radio);
  const beside = { n: rows[rows.indexOf(row) + 1], p: rows[rows.indexOf(row) - 1] }[event.key.toLowerCase()];
  if (beside) return () => goTo(beside);
  return event.key.toLowerCase() === "x" ? () => row.querySelector("[data-tick]").click() : null;
}

for (const row of rows) {
  row.addEventListener("keydown", (event) => {
    const act = isShortcut(event) && !event.target.matches("select") && actOf(row, event);
    if (!act) return;
    event.preventDefault();
    act();
  });
  row.addEventListener("change", (event) => {
    if (event.target.form === form && !("tick" in event.target.dataset)) changed();
  });
}

for (const button of document.querySelectorAll("[data-tick-all]")) {
  const ticks = [...button.closest("section").querySelectorAll("[data-tick]")];
  button.hidden = ticks.length < 2;
  button.addEventListener("click", () => {
    const isOn = !ticks.every((tick) => tick.checked);
    for (const tick of ticks) tick.checked = isOn;
  });
}

form.addEventListener("submit", () => {
  clearTimeout(timer);
  isLeaving = true;
});

addEventListener("beforeunload", (event) => {
  if (changes > 0 && !isLeaving) event.preventDefault();
});

count();
