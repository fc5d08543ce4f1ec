/* Choosing what to send for review: how many are chosen, and what they cost the reviewer, at the reviewer's own pace. */

import { fill, words } from "./parts/announcements.js";

const sending = document.querySelector("form[data-send]");
const count = sending.querySelector("[data-send-count]");

sending.addEventListener("change", () => {
  const chosen = sending.querySelectorAll("input[name=statements]:checked").length;
  const { seconds } = (sending.querySelector("input[name=reviewer]:checked") ?? sending).dataset;
  const minutes = Math.ceil((chosen * Number(seconds)) / 60);
  count.textContent = fill(words.count, { count: chosen, minutes });
});
