// What happens when an action is tapped.

import { act } from "./api.js";
import { ask, byId, h, toast } from "./dom.js";

const PICKERS = { date: "date", time: "time", datetime: "datetime-local" };
const PICKER_TITLES = { date: "日付を選ぶ", time: "時刻を選ぶ", datetime: "日時を選ぶ" };

// The composer registers what only it can do: camera, album, map.
export const phoneAbilities = {};

export function perform(chat, action) {
  if (!chat) return;
  if (action.type === "datetimepicker") return pick(chat, action);
  if (action.type === "uri") return openLink(action.uri);
  if (action.type === "clipboard") return copy(action.clipboardText);
  if (action.type in phoneAbilities) return phoneAbilities[action.type]();
  if (action.inputOption === "openKeyboard") fillIn(action.fillInText);
  return act(chat.id, "actions", { action });
}

function pick(chat, action) {
  const input = h("input", { type: PICKERS[action.mode], name: "value", required: true, "aria-label": action.label ?? "日時" });
  if (action.initial) input.value = action.initial.replace("t", "T");
  if (action.min) input.min = action.min.replace("t", "T");
  if (action.max) input.max = action.max.replace("t", "T");
  ask(action.label ?? PICKER_TITLES[action.mode], input, "決定", (form) =>
    act(chat.id, "actions", { action, params: { [action.mode]: form.get("value") } }));
}

function openLink(uri) {
  if (/^https?:/.test(uri)) window.open(uri, "_blank", "noopener");
  else toast(uri.startsWith("tel:") ? `電話をかけます: ${uri.slice(4)}` : uri);
}

async function copy(words) {
  try {
    await navigator.clipboard.writeText(words);
    toast("コピーしました");
  } catch {
    toast(words);
  }
}

function fillIn(words) {
  const field = byId("words");
  if (words) field.value = words;
  field.focus();
}
