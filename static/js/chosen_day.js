/* A day that is typed is chosen: it presses its choice. Without this script the server asks which of both is meant. */
const day = document.querySelector("#on");
const choice = document.querySelector('[name="when"][value="day"]');

day?.addEventListener("input", () => { if (day.value) choice.checked = true; });
