/* Reviews are plain forms; this adds keys inside the focused statement, the count of what is chosen, and printing. */

const card = document.querySelector("[data-review-card]");
if (card) {
  const isTyping = (target) => target.matches("textarea, input:not([type=radio])");
  card.addEventListener("keydown", (event) => {
    const isSave = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (isSave && card.querySelector("form.review-form")) {
      event.preventDefault();
      card.querySelector("form.review-form").requestSubmit();
      return;
    }
    if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const radio = [...card.querySelectorAll("input[data-key]")].find((each) => each.dataset.key === event.key);
    if (!radio) return;
    event.preventDefault();
    radio.checked = true;
    radio.focus();
  });
  if ("focus" in card.dataset) card.focus({ preventScroll: true });
}

const sending = document.querySelector("form[data-send]");
if (sending) {
  const words = JSON.parse(sending.dataset.words);
  const count = sending.querySelector("[data-send-count]");
  sending.addEventListener("change", () => {
    const chosen = sending.querySelectorAll("input[name=statements]:checked").length;
    const minutes = Math.ceil((chosen * Number(sending.dataset.seconds)) / 60);
    count.textContent = words.count.replace("{count}", chosen).replace("{minutes}", minutes);
    for (const group of sending.querySelectorAll(".send-group")) {
      const place = group.querySelector("[data-send-group]");
      const done = group.querySelectorAll("input:checked").length;
      const total = group.querySelectorAll("input[name=statements]").length;
      place.textContent = words.group.replace("{done}", done).replace("{total}", total);
    }
  });
}
