/* The next section in the place of this one. Keys that are pressed while it is on its way wait for it, in memory alone.
   Without this script, and where something goes wrong, the way on is a plain link. */

import { fill, speak, words } from "./announcements.js";
import { addressOf, hasModifier, isTyping, startAtFirstOpen } from "./keys.js";
import { leave, linkOf } from "../leaving.js";
import { startAtAlone } from "./one_card.js";
import { offerFromNext, showGiven } from "./undo.js";
import { cards, isStuck } from "./unsaved.js";

const main = document.querySelector("#main");
let connectShown = null;
let turn = 0; // whoever leaves later has the say
let typed = null; // keys that wait for the section; null: nobody goes on by keyboard
let shown = location.pathname + location.search;

/** `connectSection(root)` brings to life what is in there: now, and whenever another section comes. */
export function start(connectSection) {
  connectShown = connectSection;
  connectShown(document);
  startAtFirstOpen(cards);
  document.addEventListener("click", onClick, { capture: true });
  document.addEventListener("keydown", onKey, { capture: true });
  addEventListener("popstate", onBack);
}

function onClick(event) {
  const link = linkOf(event);
  if (!link || !("wayOn" in link.dataset) || isStuck()) return;
  event.preventDefault();
  goOn(link, event.detail === 0 ? [] : null);
}

function onKey(event) {
  if (typed === null || hasModifier(event) || isTyping(event.target)) return;
  const isAnswer = event.key.length === 1 && event.key !== " ";
  if (!isAnswer && event.key !== "Enter") return;
  event.preventDefault();
  event.stopPropagation();
  if (isAnswer || typed.length > 0) typed.push(event.key); // the Enter that goes on, pressed twice, is one
}

/** `keys`: those that wait already; null for the mouse. */
async function goOn(link, keys) {
  const mine = begin(keys);
  const isSaved = (await leave()) ?? true;
  const next = isSaved && (await sectionAt(link.href));
  if (mine !== turn) return;
  const waiting = typed;
  end();
  if (!next) {
    stay(link, waiting, isSaved);
  } else if ((next.isElsewhere || next.isOver) && waiting?.length) {
    tellUnused(link, fill(words.keysLeft, { keys: waiting.join(" ") }));
  } else if (next.isElsewhere) {
    location.assign(addressOf(link, waiting !== null));
  } else {
    history.replaceState({ ...history.state, scroll: scrollY }, "");
    history.pushState(null, "", next.address);
    const offerUndo = offerFromNext();
    show(next);
    offerUndo();
    if (waiting === null || next.isOver) startAtTop(0);
    else typeOn(waiting);
  }
}

async function onBack() {
  if (location.pathname + location.search === shown) return;
  if (isStuck()) {
    history.pushState(null, "", shown); // what is not saved keeps its page; the bar over the foot says why
    return;
  }
  const mine = begin(null);
  const isSaved = (await leave()) ?? true;
  const before = isSaved && (await sectionAt(location.href));
  if (mine !== turn) return;
  end();
  if (!isSaved) {
    history.pushState(null, "", shown);
  } else if (!before || before.isElsewhere) {
    location.reload();
  } else {
    show(before);
    startAtTop(history.state?.scroll ?? 0);
    showGiven();
  }
}

function begin(keys) {
  typed = keys;
  main.inert = true;
  main.setAttribute("aria-busy", "true");
  turn += 1;
  return turn;
}

function end() {
  typed = null;
  main.inert = false;
  main.removeAttribute("aria-busy");
}

/** null where it does not come, or where somebody else would get it. `isElsewhere`: a page of another kind; `isOver`:
    nothing to rate is on it, as on the finish. */
async function sectionAt(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (page.body.dataset.person !== document.body.dataset.person) return null;
    const isElsewhere = entryOf(page) !== entryOf(document);
    return { page, address: answer.url, isElsewhere, isOver: !page.querySelector("[data-statement]") };
  } catch {
    return null; // no connection: the way on is a plain link then
  }
}

const entryOf = (page) => [...page.querySelectorAll("script[type=module]")].map((each) => each.getAttribute("src")).join(" ");

function show({ page }) {
  shown = location.pathname + location.search;
  const voice = main.querySelector("[data-voice]"); // what it has to say is not over with its section
  main.replaceChildren(...page.querySelector("#main").childNodes);
  main.querySelector("[data-voice]").replaceWith(voice);
  document.title = page.title;
  const [before, now] = [document, page].map((each) => each.querySelector("#first-open"));
  before?.remove();
  if (now) document.querySelector(".skip-link").after(now);
  connectShown(main);
}

function startAtTop(at) {
  if (startAtAlone()) return;
  const heading = main.querySelector("h1");
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  scrollTo({ top: at, behavior: "instant" });
}

/** Whoever goes on by keyboard goes on at the first open statement, with what they have typed since. */
function typeOn(keys) {
  scrollTo({ top: 0, behavior: "instant" });
  (cards.find((card) => card.isOpen) ?? cards[0])?.focus();
  speak(main.querySelector("h1").textContent);
  while (keys.length > 0) {
    const key = keys.shift();
    const here = document.activeElement;
    if (key === "Enter" && here.matches("[data-way-on]")) {
      goOn(here, keys);
      return;
    }
    here.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  }
}

/** Nothing came. Without keys the plain link says why; keys are not dropped in silence. */
function stay(link, keys, isSaved) {
  if (keys?.length) {
    tellUnused(link, fill(words.keysNotUsed, { keys: keys.join(" ") }));
  } else {
    link.focus();
    if (isSaved) location.assign(addressOf(link, keys !== null));
  }
}

/** Before the way on, which has the focus: whoever has read it presses Enter. */
function tellUnused(link, text) {
  link.focus();
  main.querySelector("[data-section-trouble]")?.remove();
  const box = document.createElement("div");
  box.className = "notice is-warning";
  box.dataset.sectionTrouble = "";
  const said = document.createElement("p");
  said.textContent = text;
  box.append(said);
  link.parentElement.before(box);
  box.scrollIntoView({ block: "nearest" });
  speak(text);
}
