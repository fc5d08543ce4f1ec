/* Search and the keys of a page, over it. / and Ctrl+K open search, ? the keys: / and ? not while somebody types, and not
   where this browser was told so. What was found stays until the next answer is there. */

import { hasModifier, isTyping } from "./keys.js";

const PAUSE = 120;
const OFF = "keys-off";
const box = document.getElementById("go-to");
const words = document.getElementById("go-to-words");
const list = document.getElementById("go-to-list");
const said = box?.querySelector("[role=status]");
const sheet = document.getElementById("keys-sheet");
const keysOn = document.getElementById("keys-on");
const options = () => [...list.querySelectorAll("[role=option]")];
const current = () => list.querySelector("[aria-selected=true]");
let timer, asking;

function open(dialog) {
  if (document.querySelector("dialog[open]")) return;
  for (const menu of document.querySelectorAll(".menu[open]")) menu.open = false;
  if (dialog === sheet) tellKeys();
  dialog.showModal();
  if (dialog === box) { words.select(); find(); }
}

/** As a listbox: what was found is chosen by the arrows while the focus stays in the field. */
function show(found) {
  list.replaceChildren(...found.childNodes);
  const links = [...list.querySelectorAll("a")];
  list.toggleAttribute("role", false);
  if (links.length) list.setAttribute("role", "listbox");
  for (const [place, link] of links.entries()) {
    Object.assign(link, { id: `go-to-${place}`, role: "option", tabIndex: -1, ariaSelected: "false" });
  }
  for (const section of list.querySelectorAll(".found-group")) {
    const title = section.querySelector("h2");
    title.id = `go-to-${title.id}`; // the page beneath may be the one of search
    section.setAttribute("role", "group");
    section.setAttribute("aria-labelledby", title.id);
  }
  for (const each of list.querySelectorAll("ul, li, h2, p")) if (links.length) each.setAttribute("role", "presentation");
  words.setAttribute("aria-expanded", String(links.length > 0));
  said.textContent = found.dataset.said ?? "";
  choose(links[0]);
}

function choose(option) {
  current()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) words.setAttribute("aria-activedescendant", option.id);
  else words.removeAttribute("aria-activedescendant");
}

async function find() {
  asking?.abort();
  asking = new AbortController();
  const address = new URL(words.form.action);
  address.searchParams.set("q", words.value);
  try {
    const answer = await fetch(address, { signal: asking.signal, redirect: "error" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    show(document.adoptNode(page.querySelector("[data-found]")));
  } catch (error) {
    if (error.name !== "AbortError") words.setAttribute("aria-expanded", "false");
  }
}

function tellKeys() {
  const answers = sheet.querySelector("[data-answers]");
  const here = sheet.querySelector("[data-here]");
  const keys = new Map();
  for (const radio of document.querySelectorAll("main input[data-key]")) {
    const label = radio.closest("label, div").querySelector("[data-label]");
    if (label && !keys.has(radio.dataset.key)) keys.set(radio.dataset.key, label.dataset.label);
  }
  answers.replaceChildren(...[...keys].map(([key, label]) => {
    const line = document.createElement("div");
    const name = line.appendChild(document.createElement("dt"));
    name.appendChild(document.createElement("kbd")).textContent = key.toUpperCase();
    line.appendChild(document.createElement("dd")).textContent = label;
    return line;
  }));
  here.replaceChildren(...[...document.querySelectorAll("main p.only-wide.only-script")].map((each) => {
    const line = document.createElement("p");
    line.textContent = each.textContent.trim();
    return line;
  }));
}

/** Over every page of who is signed in. */
export function listen() {
  words.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(find, PAUSE);
  });
  words.addEventListener("keydown", (event) => {
    const all = options();
    const at = all.indexOf(current());
    if (event.key === "ArrowDown") choose(all[(at + 1) % all.length]);
    else if (event.key === "ArrowUp") choose(all.at(at < 1 ? -1 : at - 1));
    else if (event.key === "Enter" && current() && (event.ctrlKey || event.metaKey)) window.open(current().href);
    else if (event.key === "Enter" && current()) current().click();
    else return;
    event.preventDefault();
  });
  for (const dialog of [box, sheet]) {
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
    });
  }
  for (const link of document.querySelectorAll("[data-open]")) {
    link.addEventListener("click", (event) => {
      if (hasModifier(event)) return;
      event.preventDefault();
      open(document.getElementById(link.dataset.open));
    });
  }
  keysOn.checked = !localStorage.getItem(OFF);
  keysOn.addEventListener("change", () => {
    if (keysOn.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "yes");
  });
  addEventListener("keydown", (event) => {
    const isK = event.key === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    const isKey = keysOn.checked && !hasModifier(event) && !isTyping(event.target) && !event.target.matches("select");
    const dialog = isK || (isKey && event.key === "/") ? box : isKey && event.key === "?" ? sheet : null;
    if (!dialog || event.defaultPrevented) return;
    event.preventDefault();
    open(dialog);
  });
}
