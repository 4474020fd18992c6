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

const row = () => document.activeElement.closest("[data-row]");

// What a page says a key is for: in the row in focus, else on the page. Fields take the focus, the rest is pressed.
function press(key) {
  const place = row()?.querySelector(`[data-key="${key}"]`) ?? document.querySelector(`[data-key="${key}"]`);
  if (!place) return false;
  if (place.matches("input, select, textarea")) place.focus();
  else place.click();
  return true;
}

// "e": the matter in focus, or the one on the page, becomes mine.
function take() {
  const form = document.getElementById("take-row");
  const matter = row()?.dataset.matter;
  if (form && matter) {
    form.elements.matter.value = matter;
    form.requestSubmit();
    return;
  }
  const assignee = document.querySelector("[data-take]");
  if (!assignee || assignee.value === assignee.dataset.take) return;
  assignee.value = assignee.dataset.take;
  if (assignee.value) assignee.form.requestSubmit();
}

// "a" and "d" of a row lead to the field on its page.
function fieldOfRow(key) {
  const link = row()?.querySelector("[data-row-link]");
  if (link && !row().querySelector(`[data-key="${key}"]`)) window.location.assign(`${link.href}#key-${key}`);
  else press(key);
}

const keys = {
  j: () => moveRow(1),
  k: () => moveRow(-1),
  o: () => row()?.querySelector("[data-row-link]")?.click(),
  x: () => row()?.querySelector("input[type=checkbox]")?.click(),
  u: () => document.querySelector(".back-link")?.click(),
  y: () => row()?.querySelector("[data-agree]")?.click(),
  e: () => {
    const choose = row()?.querySelector("[data-choose-area]");
    if (choose) choose.focus();
    else take();
  },
  a: () => fieldOfRow("a"),
  d: () => fieldOfRow("d"),
  "?": openKeys,
  "/": () => document.querySelector("[data-search]")?.focus(),
};
const afterG = { i: () => document.querySelector("[data-go-inbox]")?.click() };
let lastG = 0;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  if (document.getElementById("keys")?.dataset.shortcuts === "off") return;
  const act = event.timeStamp - lastG < 1500 ? (afterG[event.key] ?? keys[event.key]) : keys[event.key];
  lastG = event.key === "g" ? event.timeStamp : 0;
  if (!act) return;
  event.preventDefault();
  act();
});

const wanted = /^#key-([ad])$/.exec(window.location.hash);
if (wanted) press(wanted[1]);

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
