// The list of citizens.

import { addCitizen } from "./api.js";
import { avatar, byId, clock, h, toast } from "./dom.js";

const WORDS = { image: "写真", video: "動画", audio: "ボイスメッセージ", location: "位置情報", sticker: "スタンプ", file: "ファイル" };

export class People {
  constructor(state, choose) {
    this.state = state;
    this.choose = choose;
    this.seen = new Map();
    byId("people-add").addEventListener("submit", (event) => this.add(event));
  }

  async add(event) {
    event.preventDefault();
    const field = byId("people-name");
    try {
      const added = await addCitizen(field.value.trim());
      field.value = "";
      this.state.chats.set(added.id, added);
      this.choose(added.id);
    } catch (error) {
      toast(error.message);
    }
  }

  update() {
    const focused = document.activeElement?.dataset?.chat;
    const open = this.state.chat;
    if (this.seen.size === 0) for (const chat of this.state.chats.values()) this.seen.set(chat.id, chat.messages);
    if (open) this.seen.set(open.id, open.messages);
    byId("people-list").replaceChildren(...[...this.state.chats.values()].map((chat) => this.entry(chat)));
    if (focused) document.querySelector(`[data-chat="${focused}"]`)?.focus();
  }

  entry(chat) {
    const open = chat.id === this.state.chat?.id;
    const unread = open ? 0 : chat.messages - (this.seen.get(chat.id) ?? 0);
    const button = h("button", { type: "button", class: "person", onclick: () => this.choose(chat.id) },
      avatar(chat.name),
      h("span", { class: "person-words" }, h("strong", {}, chat.name), h("small", {}, preview(chat))),
      h("span", { class: "person-side" }, h("small", {}, chat.last ? clock(chat.last.at) : ""),
        unread > 0 && h("span", { class: "unread", "aria-label": `未読 ${unread}件` }, String(unread))));
    button.dataset.chat = chat.id;
    if (open) button.setAttribute("aria-current", "true");
    return h("li", {}, button);
  }
}

function preview(chat) {
  if (chat.blocked) return chat.kind === "user" ? "ブロック中" : "退出しました";
  if (!chat.friend) return "まだ友だちではありません";
  if (!chat.last) return "まだ話していません";
  if (chat.last.unsent) return "送信を取り消しました";
  const message = chat.last.message;
  return message.text ?? message.altText ?? WORDS[message.type] ?? "";
}
