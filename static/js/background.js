/* Looks every few seconds how far the work in the background is, until none is left. What has the focus stays as it is. */

const EVERY = 3000;
const list = document.querySelector("[data-background]");
const said = document.querySelector("[data-background-said]");

async function look() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const now of page.querySelectorAll("[data-job]")) {
    const shown = list.querySelector(`[data-job="${now.dataset.job}"]`);
    if (!shown || shown.dataset.state === now.dataset.state || shown.contains(document.activeElement)) continue;
    shown.replaceWith(now);
    if (now.dataset.said) said.textContent = now.dataset.said;
  }
  if (list.querySelector('[data-state^="waiting"], [data-state^="running"]')) again();
}

function again() {
  setTimeout(() => (document.hidden ? again() : look().catch(again)), EVERY);
}

again();
