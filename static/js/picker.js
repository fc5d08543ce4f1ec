/* Finding statements while typing, as search finds them (/search). What is ticked stays in sight, and what was found until
   the next answer is there. Without this the button beside the box asks the server. */

const box = document.querySelector("[data-pick-find]");
const found = document.querySelector("[data-pick-found]");
const groups = [...document.querySelectorAll("details.pick-group")];
const picks = [...document.querySelectorAll("[data-pick]")].map((item) => ({
  item,
  tick: item.querySelector("input[type=checkbox]"),
}));
const openAtFirst = groups.map((group) => group.open);
const counts = groups.map((group) => group.querySelector(":scope > summary .soft"));

const PAUSE = 150;
let timer, asking;

/** The ids of the statements that are found. */
async function ask(words) {
  asking?.abort();
  asking = new AbortController();
  const answer = await fetch(`${box.dataset.pickFind}&q=${encodeURIComponent(words)}`, { signal: asking.signal });
  if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return new Set([...page.querySelectorAll("[data-found] a")].map((link) => link.getAttribute("href").split("/").at(-1)));
}

async function narrow() {
  const words = box.value.trim();
  let ids = null;
  try {
    ids = words ? await ask(words) : null;
  } catch {
    return; // what was found before stays
  }
  let count = 0;
  for (const { item, tick } of picks) {
    const holds = !ids || ids.has(tick.value);
    count += holds;
    item.hidden = !holds && !tick.checked;
  }
  for (const [index, group] of groups.entries()) {
    const shown = group.querySelectorAll("[data-pick]:not([hidden])").length;
    group.hidden = !shown;
    group.open = words ? shown > 0 : openAtFirst[index];
    if (counts[index]) counts[index].textContent = shown;
  }
  found.textContent = words ? found.dataset.pickFound.replace("{count}", count) : "";
}

// What the server has searched for already narrows what there is to look through: then it searches on.
if (box && !box.value) {
  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(narrow, PAUSE);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
