// The talk: bubbles with times, read marks, unsending, the typing indicator and quick replies.

import { act } from "./api.js";
import { messageCard } from "./cards.js";
import { avatar, byId, clock, day, h, toast } from "./dom.js";
import { perform } from "./taps.js";

const VIA = { reply: "返信", push: "プッシュ", multicast: "一斉", narrowcast: "絞り込み", broadcast: "全員" };

export class Talk {
  constructor(state) {
    this.state = state;
    this.place = byId("talk");
    this.rows = new Map();
    this.days = new Set();
    this.typing = h("div", { class: "row bot typing", "aria-label": "入力中" }, h("span"),
      h("div", { class: "bubble dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")));
    setInterval(() => this.showTyping(), 500);
    this.following = true;
    this.height = this.place.clientHeight;
    // A menu or quick replies that open take room away from below; that scrolls, but it is not the reader's wish.
    this.place.addEventListener("scroll", () => {
      if (this.place.clientHeight === this.height) this.following = this.isAtEnd();
    });
    new ResizeObserver(() => {
      this.height = this.place.clientHeight;
      if (this.following) this.jumpToEnd();
    }).observe(this.place);
    document.addEventListener("click", () => this.closeMenus());
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.closeMenus());
  }

  clear() {
    this.rows.clear();
    this.days.clear();
    this.place.replaceChildren();
    this.typingUntil = 0;
    byId("quick").hidden = true;
  }

  update(open) {
    const follow = this.following || this.rows.size === 0;
    const before = this.rows.size;
    for (const bubble of open.bubbles) this.put(bubble);
    this.typingUntil = open.typingUntil * 1000;
    this.showTyping();
    if (open.bubbles.length > 0) this.showQuickReplies();
    if (this.rows.size > before && follow) this.toEnd();
  }

  isAtEnd() {
    return this.place.scrollHeight - this.place.scrollTop - this.place.clientHeight < 80;
  }

  jumpToEnd() {
    this.following = true;
    this.place.scrollTop = this.place.scrollHeight;
  }

  toEnd() {
    this.jumpToEnd();
    // Pictures grow after they are in place.
    for (const image of this.place.querySelectorAll("img")) {
      if (!image.complete) image.addEventListener("load", () => this.following && this.jumpToEnd(), { once: true });
    }
  }

  put(bubble) {
    const known = this.rows.get(bubble.id);
    const row = this.row(bubble);
    if (known) known.element.replaceWith(row);
    else {
      this.addDay(bubble.at);
      this.place.insertBefore(row, this.typing.isConnected ? this.typing : null);
    }
    this.rows.set(bubble.id, { element: row, bubble });
  }

  addDay(at) {
    const label = day(at);
    if (this.days.has(label)) return;
    this.days.add(label);
    this.place.append(h("p", { class: "day" }, label));
  }

  row(bubble) {
    const name = this.state.chats.get(bubble.sender)?.name ?? this.state.chat?.name ?? "";
    if (bubble.unsent) return h("p", { class: "gone" }, `${name}さんがメッセージの送信を取り消しました`);
    const fromBot = bubble.sender === "bot";
    const card = messageCard(bubble, (action) => perform(this.state.chat, action));
    const side = h("div", { class: "aside" }, fromBot ? null : this.mark(bubble),
      h("time", { title: VIA[bubble.via] ?? "" }, clock(bubble.at)));
    const row = h("div", { class: `row ${fromBot ? "bot" : "own"} ${bubble.message.type ?? ""}` },
      fromBot ? avatar(this.state.botName, "small") : bubble.message.id && this.moreButton(bubble), card, side);
    if (!fromBot && bubble.message.id) row.addEventListener("contextmenu", (event) => this.openMenu(event, row, bubble));
    return row;
  }

  mark(bubble) {
    if (bubble.webhookStatus === null) return h("span", { class: "mark-sending" }, "送信中");
    if (bubble.webhookStatus === 200) return h("span", { class: "mark-read" }, "既読");
    return h("span", { class: "mark-failed" }, bubble.webhookStatus ? `未達 ${bubble.webhookStatus}` : "未達");
  }

  moreButton(bubble) {
    const button = h("button", { type: "button", class: "more", "aria-label": "このメッセージの操作", "aria-haspopup": "menu" }, "⋯");
    button.addEventListener("click", (event) => this.openMenu(event, button.parentElement, bubble));
    return button;
  }

  openMenu(event, row, bubble) {
    event.preventDefault();
    event.stopPropagation();
    this.closeMenus();
    const items = [h("button", { type: "button", role: "menuitem", onclick: () => act(this.state.chat.id, "unsend", { messageId: bubble.id }) }, "送信取消")];
    if (bubble.message.text) {
      items.push(h("button", { type: "button", role: "menuitem", onclick: () => copy(bubble.message.text) }, "コピー"));
    }
    const menu = h("div", { class: "context-menu", role: "menu" }, items);
    const room = row.getBoundingClientRect().top - this.place.getBoundingClientRect().top;
    if (room < 110) menu.classList.add("below");
    row.append(menu);
    items[0].focus({ preventScroll: true });
  }

  closeMenus() {
    for (const menu of document.querySelectorAll(".context-menu")) menu.remove();
  }

  showTyping() {
    const wanted = (this.typingUntil ?? 0) > Date.now();
    if (wanted === this.typing.isConnected) return;
    if (!wanted) return this.typing.remove();
    this.typing.firstChild.replaceWith(avatar(this.state.botName, "small"));
    this.place.append(this.typing);
    this.toEnd();
  }

  showQuickReplies() {
    const last = [...this.rows.values()].at(-1)?.bubble;
    const items = last?.sender === "bot" && !last.unsent ? (last.message.quickReply?.items ?? []) : [];
    const place = byId("quick");
    place.hidden = items.length === 0;
    place.replaceChildren(...items.map(({ action }) =>
      h("button", { type: "button", class: "chip", onclick: () => perform(this.state.chat, action) }, action.label)));
    place.scrollLeft = 0;
  }
}

async function copy(words) {
  try {
    await navigator.clipboard.writeText(words);
    toast("コピーしました");
  } catch {
    toast("コピーできませんでした");
  }
}
