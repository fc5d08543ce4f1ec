/* Keys inside a statement, and the way on by keyboard. Which key gives which answer stands at the radio (data-key). */

const FIRST_OPEN = "#first-open";

export const hasModifier = (event) => event.ctrlKey || event.metaKey || event.altKey;

export const isTyping = (target) => target.matches("textarea, input:not([type=radio], [type=checkbox])");

/** Whether a key is meant for the statement, not for a text or the browser. */
export const isShortcut = (event) => !isTyping(event.target) && !hasModifier(event);

export const isSave = (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey);

/** The radio that a key chooses. */
export const radioOf = (radios, { key }) => radios.find((radio) => !radio.disabled && radio.dataset.key?.toLowerCase() === key.toLowerCase());

/** The link to the part that comes next: the one of the two that is shown at this width. */
export function wayOn() {
  return [...document.querySelectorAll("[data-way-on]")].find((link) => link.getClientRects().length > 0);
}

/** Where a link leads: whoever goes on by a key goes on at the first open statement. */
export function addressOf(link, isByKey) {
  return link.href + (isByKey && "wayOn" in link.dataset && !link.hash ? FIRST_OPEN : "");
}

/** For whoever came here by a key on the link before. */
export function startAtFirstOpen(cards) {
  if (location.hash !== FIRST_OPEN) return;
  history.replaceState(history.state, "", location.pathname + location.search);
  const first = cards.find((card) => card.isOpen) ?? cards[0];
  addEventListener("load", () => requestAnimationFrame(() => first?.focus()));
}
