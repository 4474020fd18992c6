// Small building blocks: elements, times, colours, a toast and a dialog.

export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && !name.startsWith("aria")) element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export const byId = (id) => document.getElementById(id);

export const clock = (ms, withSeconds = false) =>
  new Date(ms).toLocaleTimeString("ja-JP", { timeStyle: withSeconds ? "medium" : "short" });

export function day(ms) {
  const date = new Date(ms);
  if (date.toDateString() === new Date().toDateString()) return "今日";
  return date.toLocaleDateString("ja-JP", { month: "long", day: "numeric", weekday: "short" });
}

// A steady colour for each name, dark enough for white letters.
export function hue(text) {
  let sum = 0;
  for (const letter of text) sum = (sum * 31 + letter.codePointAt(0)) % 360;
  return `hsl(${sum} 42% 38%)`;
}

export function avatar(name, extra = "") {
  const face = h("span", { class: `avatar ${extra}`, "aria-hidden": "true" }, [...name][0] ?? "?");
  face.style.backgroundColor = hue(name);
  return face;
}

let toastTimer = 0;

export function toast(words) {
  const place = byId("toast");
  place.textContent = words;
  place.classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => place.classList.remove("shown"), 3500);
}

// Opens the one dialog; `onDone` gets the form's data when it is confirmed.
export function ask(title, content, confirmLabel, onDone) {
  const dialog = byId("dialog");
  const form = h(
    "form",
    {
      method: "dialog",
      onsubmit: (event) => {
        event.preventDefault();
        dialog.close();
        onDone(new FormData(form));
      },
    },
    h("h2", { id: "dialog-title" }, title),
    content,
    h(
      "div",
      { class: "dialog-buttons" },
      h("button", { type: "button", class: "button quiet", onclick: () => dialog.close() }, "やめる"),
      h("button", { type: "submit", class: "button" }, confirmLabel),
    ),
  );
  dialog.replaceChildren(form);
  dialog.showModal();
}
