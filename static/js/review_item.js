/* One item of a review on a page of its own: a plain form, and keys inside the focused statement. */

import { isSave, isShortcut, radioOf } from "./parts/keys.js";

const card = document.querySelector("[data-review-card]");
const form = card.querySelector("form.review-form");

card.addEventListener("keydown", (event) => {
  if (isSave(event) && form) {
    event.preventDefault();
    form.requestSubmit();
    return;
  }
  const radio = isShortcut(event) && radioOf([...card.querySelectorAll("input[data-key]")], event);
  if (!radio) return;
  event.preventDefault();
  radio.checked = true;
  radio.focus();
});

if ("focus" in card.dataset) card.focus({ preventScroll: true });
