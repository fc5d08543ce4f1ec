/* Answers that are not saved yet outlive a reload of this tab, for a quarter of an hour: of each its statement, the
   answer, the version it was given on, and when. Whose they are is said by a key that the server makes for one sign-in
   and that names nobody. A page of somebody else, or of nobody as the sign-in page is, drops them. */

const NAME = "unsaved-answers";
const LONGEST = 15 * 60 * 1000;

const owner = () => document.querySelector("[data-owner]")?.dataset.owner;

/** A browser may refuse to store anything; then nothing outlives a reload. */
const storage = (() => {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
})();

function stored() {
  const found = JSON.parse(storage?.getItem(NAME) ?? "{}");
  if (!found.owner || found.owner !== owner()) return {};
  const age = (each) => Date.now() - each.at;
  return Object.fromEntries(Object.entries(found.answers).filter(([, each]) => age(each) >= 0 && age(each) < LONGEST));
}

function store(answers) {
  if (Object.keys(answers).length === 0) storage?.removeItem(NAME);
  else storage?.setItem(NAME, JSON.stringify({ owner: owner(), answers }));
}

const dropOld = () => store(stored());

/** `answer` null: to be cleared. */
export function keep(statement, answer, version) {
  store({ ...stored(), [statement]: { answer, version, at: Date.now() } });
  setTimeout(dropOld, LONGEST);
}

export const kept = (statement) => stored()[statement];

export function forget(statement) {
  const { [statement]: _, ...others } = stored();
  store(others);
}

dropOld();
