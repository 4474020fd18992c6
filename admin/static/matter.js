// A matter's page: says that one has begun to type, folds what is secondary on a phone, completes names after "@".
"use strict";

const narrow = window.matchMedia("(max-width: 40rem)").matches;
const fold = (within) => narrow && within.querySelectorAll("details.fold").forEach((one) => (one.open = false));
fold(document);
document.addEventListener("htmx:load", (event) => fold(event.detail.elt));

const presence = document.getElementById("presence");
document.addEventListener("input", (event) => {
  if (presence && event.target.closest(".matter-columns form")) presence.elements.editing.value = "1";
});

const box = document.querySelector("[data-mentions]");
const list = document.getElementById("mention-list");
let names = null;
let chosen = -1;

const before = () => box.value.slice(0, box.selectionStart);
const called = () => /[@＠]([^\s@＠]{0,20})$/.exec(before());
const shown = () => [...list.children].filter((one) => !one.hidden);

function close() {
  list.hidden = true;
  chosen = -1;
  box.removeAttribute("aria-activedescendant");
}

function mark(index) {
  const options = shown();
  if (options.length === 0) return;
  chosen = (index + options.length) % options.length;
  options.forEach((one, at) => one.setAttribute("aria-selected", String(at === chosen)));
  box.setAttribute("aria-activedescendant", options[chosen].id);
  options[chosen].scrollIntoView({ block: "nearest" });
}

async function suggest() {
  const match = called();
  if (!match) return close();
  if (names === null) {
    names = "";
    const answer = await fetch(box.dataset.mentions, { headers: { "HX-Request": "true" } });
    names = answer.ok ? await answer.text() : "";
    list.innerHTML = names;
  }
  const typed = match[1];
  [...list.children].forEach((one) => (one.hidden = !one.textContent.replace(/\s/g, "").includes(typed)));
  list.hidden = shown().length === 0;
  if (list.hidden) close();
  else mark(0);
}

function complete(name) {
  const start = before().replace(/[@＠][^\s@＠]*$/, "");
  const rest = box.value.slice(box.selectionStart);
  box.value = `${start}@${name} ${rest}`;
  box.selectionStart = box.selectionEnd = start.length + name.length + 2;
  close();
  box.focus();
}

if (box && list) {
  box.setAttribute("aria-controls", list.id);
  box.setAttribute("aria-autocomplete", "list");
  box.addEventListener("input", suggest);
  box.addEventListener("blur", () => window.setTimeout(close, 200));
  box.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown") mark(chosen + 1);
    else if (event.key === "ArrowUp") mark(chosen - 1);
    else if (event.key === "Enter" || event.key === "Tab") complete(shown()[chosen].textContent);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("li");
    if (option) complete(option.textContent);
    event.preventDefault();
  });
}
