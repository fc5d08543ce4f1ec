/* Notes at a statement save themselves: a moment after the last key, and at once when the field is left. They go the
   statement's own way to the server, by its version; before there is a rating, they wait there for one. */

import { words } from "./announcements.js";
import { cards, sendNow } from "./unsaved.js";

const PAUSE = 1000;
const LOOK_EVERY = 50;
const NOTES = 'textarea[name^="own_note"], textarea[name^="reviewer_note"]';

function save(note, pause) {
  const card = cards.find((each) => each.root.contains(note));
  const name = note.name.replace(/-\d+$/, "");
  if (!card || (card.wanted?.[name] ?? note.defaultValue) === note.value) return;
  card.save({ [name]: note.value, notes_only: true }, pause);
  card.say(words.saving);
}

/** The notes within `root`, once its cards are there. */
export function connectNotes(root = document) {
  for (const note of root.querySelectorAll(NOTES)) {
    note.addEventListener("input", () => save(note, PAUSE));
    note.addEventListener("change", () => { save(note, 0); sendNow(); });
    if (note.value !== note.defaultValue) save(note, 0); // the browser has put back what was typed
  }
}

/** Sends what is typed. Returns, when nothing is under way, whether all is saved. */
export async function flush() {
  sendNow();
  while (cards.some((card) => card.isUnsaved && !card.stuck && card.tries === 0)) {
    await new Promise((go) => { setTimeout(go, LOOK_EVERY); });
  }
  return !cards.some((card) => card.isUnsaved);
}
