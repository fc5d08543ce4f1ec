/* What the page says: its words (data-words, from the server), what is read out, and how far one is. */

export let page = document.querySelector("[data-words]");
export const words = JSON.parse(page.dataset.words);

const SPEAK_AFTER = 200;
let speaking = 0;
let newestTurn = 0;

/** Another section came: it has the same words, and counts of its own. */
export function connectPage(root) {
  page = root.querySelector("[data-words]");
  newestTurn = 0;
}

export const fill = (text, facts) => text.replace(/{(\w+)}/g, (_, name) => facts[name]);

/** Read out, politely: one place for the page, and only the last of what comes at once. */
export function speak(text) {
  clearTimeout(speaking);
  const voice = document.querySelector("[data-voice]");
  voice.textContent = "";
  speaking = setTimeout(() => { voice.textContent = text; }, SPEAK_AFTER);
}

/** `saved`: the server's answer, with the counts as they are now. */
export function showProgress(saved) {
  if (saved.turn < newestTurn) return; // overtaken: what came before this says more
  newestTurn = saved.turn;
  const facts = { done: saved.rated, total: Number(page.dataset.total) };
  for (const place of document.querySelectorAll("[data-progress-count]")) {
    place.textContent = `${fill(words.count, facts)} ${words.rated}`;
  }
  for (const each of document.querySelectorAll(".progress-line .bar, .save-bar .bar")) {
    each.value = saved.rated;
    each.setAttribute("aria-label", `${fill(words.count, facts)} ${words.rated}`);
  }
  const parts = saved.page_nav ?? {
    [`${saved.domain_id}-all`]: saved.rated_in_domain,
    [`${saved.domain_id}-${saved.rank}`]: saved.rated_at_level,
  };
  for (const [key, rated] of Object.entries(parts)) showPart(key, rated);
  for (const place of document.querySelectorAll("[data-left]")) place.textContent = saved.left;
}

/** A line of the page navigation, and of the page itself. */
function showPart(key, done) {
  for (const count of document.querySelectorAll(`[data-rated-count="${key}"]`)) count.textContent = done;
  for (const count of document.querySelectorAll(`[data-page-nav-count="${key}"]`)) {
    const total = Number(count.dataset.total);
    const isDone = total > 0 && done >= total;
    const [seen, heard] = count.children;
    seen.textContent = isDone ? `✓ ${total}` : `${done}/${total}`;
    heard.textContent = `${fill(words.count, { done, total })} ${words.rated}`;
    count.classList.toggle("is-done", isDone);
  }
}
