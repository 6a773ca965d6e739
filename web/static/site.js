// Conveniences only: every page answers without this file.
"use strict";

// Copy buttons are hidden until they can work.
for (const button of document.querySelectorAll("button[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  const label = button.textContent;
  let back;
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    const copied = await copy(source);
    button.textContent = copied ? document.body.dataset.copied : document.body.dataset.press;
    button.classList.toggle("done", copied);
    clearTimeout(back);
    back = setTimeout(() => {
      button.textContent = label;
      button.classList.remove("done");
    }, 2500);
  });
}

// copy puts an element's text on the clipboard. Where the page may not, as over
// plain HTTP, it asks the old way, and failing that leaves the text selected.
async function copy(source) {
  try {
    await navigator.clipboard.writeText(source.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(source);
    return document.execCommand("copy");
  }
}

// A reference is one line: Enter sends it. Texts of several lines keep Enter.
for (const box of document.querySelectorAll("form.box textarea")) {
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (box.value.trim() === "" || box.value.trim().includes("\n")) return;
    event.preventDefault();
    box.form.requestSubmit();
  });
}
