/* The cover of a shared desk: after a minute without input nothing of the page can be seen, heard or reached, until a
   key or a click. It is no lock. What is being saved goes on being saved behind it. */

const AFTER = 60000;
const INPUTS = ["pointerdown", "pointermove", "keydown", "wheel", "scroll", "touchstart", "input"];
const WALKS = ["Tab", "Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock"];

const cover = document.querySelector("#cover");
const root = document.documentElement;
let last = Date.now();
let timer = 0;
let before = null; // what had the focus, and the title that the page had

const wait = () => {
  clearTimeout(timer);
  timer = setTimeout(look, Math.max(0, last + AFTER - Date.now()));
};

/** Cover if the minute is over; timers sleep with the machine, so it is asked again whenever the page is seen again. */
function look() {
  if (cover.open) return;
  if (Date.now() - last >= AFTER) close();
  else wait();
}

function others() {
  return [...document.body.children].filter((each) => each !== cover);
}

function close() {
  before = { focus: document.activeElement, title: document.title };
  root.classList.add("is-covered");
  for (const each of others()) each.inert = true;
  document.title = cover.dataset.title;
  cover.showModal();
  cover.querySelector("[data-uncover]").focus();
}

function open() {
  if (!cover.open) return;
  for (const each of others()) each.inert = false;
  root.classList.remove("is-covered");
  document.title = before.title;
  cover.close();
  before.focus?.focus({ preventScroll: true });
  last = Date.now();
  wait();
}

for (const name of INPUTS) {
  addEventListener(name, () => { if (!cover.open) last = Date.now(); }, { passive: true, capture: true });
}
document.addEventListener("visibilitychange", look);
addEventListener("pageshow", look);
addEventListener("focus", look);

cover.addEventListener("cancel", (event) => { event.preventDefault(); open(); });
cover.addEventListener("click", (event) => { if (!event.target.closest("form")) open(); });
addEventListener("keydown", (event) => {
  if (!cover.open || WALKS.includes(event.key) || event.target.closest?.("form")) return;
  if (!event.ctrlKey && !event.metaKey) event.preventDefault(); // the key that uncovers does nothing else
  event.stopImmediatePropagation();
  open();
}, { capture: true });

wait();
