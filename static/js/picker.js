/* Finding statements while typing: the same page is asked, and its list takes the place of this one. What is ticked stays in
   sight, and what was found until the next answer is there. Without this the buttons beside the field send the form. */

const finder = document.querySelector("[data-pick-from]");
const box = document.getElementById("find");
const searched = finder?.querySelector("[name=found]");
const list = document.querySelector("[data-pick-list]");
const picked = document.querySelector("[data-picked]");
const said = finder?.querySelector("[data-pick-said]");
const domains = [...(finder?.querySelectorAll("[name=within]") ?? [])];
const tickOf = (pick) => pick.querySelector("input[type=checkbox]");

const PAUSE = 150;
let timer, asking;

async function ask(name, value) {
  clearTimeout(timer);
  asking?.abort();
  asking = new AbortController();
  const address = new URL(finder.dataset.pickFrom, location);
  address.searchParams.set(name, value);
  try {
    const answer = await fetch(address, { signal: asking.signal, redirect: "error" });
    if (!answer.ok) return;
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    searched.value = box.value;
    for (const each of domains) each.ariaPressed = String(name === "within" && each.value === value);
  } catch {
    // what was found before stays
  }
}

function show(page) {
  for (const pick of list.querySelectorAll("[data-pick]")) if (tickOf(pick).checked) picked.append(pick);
  list.replaceChildren(...document.adoptNode(page.querySelector("[data-pick-list]")).childNodes);
  for (const pick of list.querySelectorAll("[data-pick]")) {
    const kept = document.getElementById(tickOf(pick).id).closest("[data-pick]");
    if (kept !== pick) pick.replaceWith(kept);
  }
  picked.closest("[data-picked-part]")?.toggleAttribute("hidden", !picked.children.length);
  said.textContent = page.querySelector("[data-pick-said]").textContent;
}

finder?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(ask, PAUSE, "find", box.value.trim());
});
box?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  ask("find", box.value.trim());
});
finder?.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  event.preventDefault();
  if (button.name === "within") {
    box.value = "";
    ask("within", button.value);
  } else ask("find", box.value.trim());
});
