/* Finding statements while typing: those that hold every word, in their title or text. What is ticked stays in sight.
   Without this the button beside the box asks the server. */

const box = document.querySelector("[data-pick-find]");
const found = document.querySelector("[data-pick-found]");
const groups = [...document.querySelectorAll("details.pick-group")];
const picks = [...document.querySelectorAll("[data-pick]")].map((item) => ({
  item,
  said: `${item.querySelector("label").textContent} ${item.dataset.pick}`.toLowerCase(),
  tick: item.querySelector("input[type=checkbox]"),
}));
const openAtFirst = groups.map((group) => group.open);
const counts = groups.map((group) => group.querySelector(":scope > summary .soft"));

function narrow() {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const { item, said, tick } of picks) {
    const holds = words.every((word) => said.includes(word));
    count += holds;
    item.hidden = !holds && !tick.checked;
  }
  for (const [index, group] of groups.entries()) {
    const shown = group.querySelectorAll("[data-pick]:not([hidden])").length;
    group.hidden = !shown;
    group.open = words.length ? shown > 0 : openAtFirst[index];
    if (counts[index]) counts[index].textContent = shown;
  }
  found.textContent = words.length ? found.dataset.pickFound.replace("{count}", count) : "";
}

// What the server has searched for already narrows what there is to look through: then it searches on.
if (box && !box.value) {
  box.addEventListener("input", narrow);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
