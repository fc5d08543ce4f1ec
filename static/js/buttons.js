/* Buttons that are there only where script can do what they say. Copy copies a read-only field; on plain http a browser
   keeps the clipboard to itself, so the text is selected and copied as by a key. Print prints the page. */
const SHOWN_FOR = 2000;

async function copy(field) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(field.value);
  } else {
    field.select();
    document.execCommand("copy");
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const words = button.firstChild;
  const label = words.textContent;
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await copy(document.getElementById(button.dataset.copy));
    words.textContent = button.dataset.done;
    setTimeout(() => { words.textContent = label; }, SHOWN_FOR);
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
