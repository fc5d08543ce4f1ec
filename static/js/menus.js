/* A menu that drops over the page closes with Esc, and when somebody presses beside it or goes on past it. What is folded
   opens when the address names it, or the part whose heading it stands under. */

import { listen } from "./parts/search.js";

const MENUS = ".menu[open], .drop[open]:not(.is-sure)";

function close(menu) {
  const isInside = menu.contains(document.activeElement);
  menu.open = false;
  if (isInside) menu.querySelector("summary").focus();
}

function closeOthers(event) {
  for (const menu of document.querySelectorAll(MENUS)) if (!menu.contains(event.target)) menu.open = false;
}

addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  for (const menu of document.querySelectorAll(MENUS)) close(menu);
});
addEventListener("pointerdown", closeOthers);
addEventListener("focusin", closeOthers);

function unfold() {
  const part = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const fold = part?.querySelector(":scope:is(section) > details") ?? part?.closest("details");
  if (!fold || fold.open) return;
  fold.open = true;
  part.scrollIntoView();
}

if (document.getElementById("go-to")) listen();
addEventListener("hashchange", unfold);
unfold();
