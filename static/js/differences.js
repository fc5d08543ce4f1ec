/* The differences of a review: choices save themselves for their owner, keys choose in the focused row, and counts follow. */

import { words } from "./parts/announcements.js";
import { isShortcut, radioOf } from "./parts/keys.js";

const PAUSE = 600;
const form = document.querySelector("form[data-choices]");
const rows = [...document.querySelectorAll("[data-difference]")].filter((row) => row.dataset.state !== "waiting");
const confirming = form.querySelector("[data-confirm]");
const saved = form.querySelector("[data-saved]");
const cleared = new Set(); // names of fields: what was chosen and is not any more
let timer = 0;
let changes = 0; // what was changed and is not stored
let isLeaving = false;

const radiosOf = (row) => [...row.querySelectorAll("input[type=radio]")];
const chosenIn = (row) => radiosOf(row).find((radio) => radio.checked);
const clearOf = (row) => row.querySelector("[data-clear]");

function count() {
  const chosen = rows.filter(chosenIn).length;
  form.querySelector("[data-count]").textContent = words.chosen[chosen];
  form.querySelector("[data-bar]").value = chosen;
  confirming.textContent = words.confirm[chosen];
}

/** For nobody else's eyes: the same fields as the form, without the key that lets it be sent once. */
async function save() {
  const sent = changes;
  const body = new FormData(form);
  body.set("act", "keep");
  body.delete("form_key");
  for (const name of cleared) body.set(name, "1");
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
  (chosenIn(row) ?? radiosOf(row)[0]).focus();
}

/** On to what is left, below and round to the first; when nothing is, to the button. */
function goOn(from) {
  const here = rows.indexOf(from);
  const next = [...rows.slice(here + 1), ...rows.slice(0, here)].find((row) => !chosenIn(row) && row.dataset.state !== "talk");
  if (next) goTo(next);
  else confirming.focus();
}

function clear(row) {
  const radio = chosenIn(row);
  if (!radio) return;
  radio.checked = false;
  cleared.add(clearOf(row).name);
  radio.focus();
  changed();
}

function choose(row, radio) {
  if (radio.checked) {
    clear(row);
    return;
  }
  radio.checked = true;
  cleared.delete(clearOf(row).name);
  changed();
  if ("isNew" in radio.dataset) row.querySelector(".agenda-reason input").focus();
  else goOn(row);
}

function actOf(row, event) {
  const radio = radioOf(radiosOf(row), event);
  if (radio) return () => choose(row, radio);
  const here = rows.indexOf(row);
  if (event.key === "Enter" && event.target.type === "radio") return () => (rows[here + 1] ? goTo(rows[here + 1]) : confirming.focus());
  return event.key.toLowerCase() === "p" && here > 0 ? () => goTo(rows[here - 1]) : null;
}

for (const row of rows) {
  row.addEventListener("keydown", (event) => {
    const act = isShortcut(event) && actOf(row, event);
    if (!act) return;
    event.preventDefault();
    act();
  });
  row.addEventListener("change", (event) => {
    if (event.target.form !== form) return;
    if (event.target.type === "radio") cleared.delete(clearOf(row).name);
    changed();
  });
  clearOf(row).addEventListener("click", (event) => {
    event.preventDefault();
    clear(row);
  });
}

confirming.addEventListener("keydown", (event) => {
  if (isShortcut(event) && event.key.toLowerCase() === "p" && rows.length > 0) goTo(rows.at(-1));
});

form.addEventListener("submit", () => {
  clearTimeout(timer);
  isLeaving = true;
});

addEventListener("beforeunload", (event) => {
  if (changes > 0 && !isLeaving) event.preventDefault();
});

count();
/* Keys work at once, where nothing else was to be read first. */
const first = rows.find((row) => !chosenIn(row) && row.dataset.state !== "talk");
if (first && document.activeElement === document.body && !location.hash) radiosOf(first)[0].focus({ preventScroll: true });
