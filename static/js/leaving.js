/* What is saved before a page, or the section that it shows, is left. */

const flushes = new Set();

/** `flush` begins to save what it has, and returns a promise of whether all of it is saved; nothing where nothing is
    begun. A module names its own once, not for each section. */
export const beforeLeaving = (flush) => { flushes.add(flush); };

/** null where nothing waits, else a promise of whether one may go. */
export function leave() {
  const begun = [...flushes].map((flush) => flush()).filter(Boolean);
  return begun.length === 0 ? null : Promise.all(begun).then((saved) => saved.every((each) => each !== false));
}

/** The link to another page of this site that a click follows in this tab. */
export function linkOf(event) {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return null;
  if (link.origin !== location.origin || link.target || (link.hash && link.pathname === location.pathname)) return null;
  return link;
}
