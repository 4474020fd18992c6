// The editor's live check, the paper form's keys. Everything can be done without it.
"use strict";

document.documentElement.classList.add("js");

const form = document.getElementById("question");

async function check() {
  const place = document.getElementById("checked");
  const response = await fetch(form.dataset.check, { method: "POST", body: new FormData(form), headers: { "HX-Request": "true" } });
  if (response.ok) place.innerHTML = await response.text();
}

if (form) {
  let waiting = 0;
  let changed = false;
  form.addEventListener("input", (event) => {
    if (event.target.matches("[data-submit-with]")) return;
    changed = true;
    form.querySelector(".unsaved").hidden = false;
    window.clearTimeout(waiting);
    waiting = window.setTimeout(check, 400);
  });
  form.addEventListener("change", (event) => {
    const name = event.target.dataset.submitWith;
    if (name) form.querySelector(`button[value="${name}"]`).click();
  });
  document.addEventListener("submit", () => (changed = false));
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
  // After "add" the new, empty choice is where one goes on writing.
  if (location.hash === "#choices" || location.hash === "#rows") {
    const fields = document.querySelectorAll(`${location.hash} .choice-main input[type=text], ${location.hash} .choice-main input:not([type])`);
    const empty = [...fields].find((one) => one.value === "" && !one.classList.contains("points"));
    if (empty) empty.focus();
  }
}
if (location.hash.startsWith("#q-")) document.getElementById(location.hash.slice(1))?.querySelector("a")?.focus();

// "[" and "]" move the question in focus, or the open one, up and down.
document.addEventListener("keydown", (event) => {
  if (!["[", "]"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, dialog")) return;
  if (document.getElementById("keys")?.dataset.shortcuts === "off") return;
  const item = document.activeElement.closest(".question-item") ?? document.querySelector(".question-item.here");
  item?.querySelector(`[data-move="${event.key === "[" ? "up" : "down"}"]`)?.click();
});

// Paper sheets: Enter goes to the next field, and from the last one saves. In long texts Shift+Enter makes a new line.
const sheet = document.querySelector("[data-paper]");
if (sheet) {
  const fields = [...sheet.querySelectorAll(".paper-line input, .paper-line textarea")];
  (fields.find((one) => one.getAttribute("aria-invalid")) ?? fields[0])?.focus();
  sheet.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.shiftKey) return;
    const place = fields.indexOf(event.target);
    if (place < 0) return;
    event.preventDefault();
    if (place + 1 < fields.length) fields[place + 1].focus();
    else sheet.requestSubmit();
  });
}
