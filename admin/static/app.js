// Behaviour shared by all pages. Everything works without it; it only makes things quicker.
"use strict";

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) {
    event.preventDefault();
    return;
  }
  // A second click must not send the form twice.
  if (event.target.method === "post") {
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "1";
    window.setTimeout(() => delete event.target.dataset.sent, 4000);
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
});

function openKeys() {
  const dialog = document.getElementById("keys");
  if (dialog && !dialog.open) dialog.showModal();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-show-keys]")) openKeys();
});

const typing = (target) => target.closest("input, textarea, select, [contenteditable], dialog") !== null;

function moveRow(step) {
  const rows = [...document.querySelectorAll("[data-row-link]")];
  if (rows.length === 0) return;
  const here = rows.indexOf(document.activeElement);
  const next = rows[Math.min(rows.length - 1, Math.max(0, here < 0 ? 0 : here + step))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

const keys = {
  j: () => moveRow(1),
  k: () => moveRow(-1),
  x: () => document.activeElement.closest("[data-row]")?.querySelector("input[type=checkbox]")?.click(),
  u: () => document.querySelector(".back-link")?.click(),
  "?": openKeys,
  "/": () => document.querySelector("[data-search]")?.focus(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// "Select all" and the count of what is selected.
const boxesOf = (group) => [...group.querySelectorAll("[data-row] input[type=checkbox]")];

function showSelection(group) {
  const chosen = boxesOf(group).filter((box) => box.checked).length;
  group.querySelectorAll("[data-selected-count]").forEach((place) => (place.textContent = String(chosen)));
  group.querySelectorAll("[data-needs-selection]").forEach((element) => (element.hidden = chosen === 0));
}

document.addEventListener("change", (event) => {
  const group = event.target.closest("[data-selection]");
  if (!group) return;
  if (event.target.matches("[data-select-all]")) {
    boxesOf(group).forEach((box) => (box.checked = event.target.checked));
  }
  showSelection(group);
});
document.querySelectorAll("[data-selection]").forEach(showSelection);
