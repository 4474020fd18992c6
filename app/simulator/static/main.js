// Puts the page together and keeps it up to date.

import { act, feed } from "./api.js";
import { Composer } from "./composer.js";
import { byId, h, toast } from "./dom.js";
import { Panel } from "./panel.js";
import { People } from "./people.js";
import { RichMenu } from "./richmenu.js";
import { Talk } from "./talk.js";

const WAIT_SECONDS = 20;
const PAUSE_AFTER_ERROR_MS = 1000;

const state = { chats: new Map(), chat: null, botName: "", revision: 0, chatRevision: 0 };
const talk = new Talk(state);
const menu = new RichMenu(state);
const panel = new Panel();
const people = new People(state, choose);
new Composer(state);
let waiting = new AbortController();

function choose(chatId) {
  state.chat = state.chats.get(chatId);
  state.chatRevision = 0;
  location.hash = chatId;
  talk.clear();
  menu.update(null);
  closeDrawers();
  render();
  waiting.abort();
}

function render() {
  people.update();
  const chat = state.chat;
  byId("bot-name").textContent = state.botName;
  byId("who").textContent = chat ? `${chat.name}さんの画面` : "";
  byId("composer").hidden = !chat || chat.blocked;
  renderFriendship(chat);
}

function renderFriendship(chat) {
  const button = byId("friendship");
  const stranger = byId("stranger");
  button.hidden = !chat || chat.kind !== "user" || (!chat.friend && !chat.blocked);
  if (!chat) return;
  button.textContent = chat.blocked ? "ブロック解除" : "ブロック";
  button.onclick = () => act(chat.id, chat.blocked ? "follow" : "block");
  stranger.hidden = chat.kind !== "user" || (chat.friend && !chat.blocked);
  if (stranger.hidden) return;
  const words = chat.blocked ? "このアカウントをブロックしています。メッセージは届きません。" : "このアカウントは、まだ友だちに追加されていません。";
  const label = chat.blocked ? "ブロックを解除する" : "友だちに追加する";
  stranger.replaceChildren(h("p", {}, words), h("button", { type: "button", class: "button", onclick: () => act(chat.id, "follow") }, label));
}

function take(news) {
  if (news.fresh) {
    state.chats.clear();
    if (!news.chats.some((chat) => chat.id === state.chat?.id)) state.chat = null;
  }
  for (const chat of news.chats) state.chats.set(chat.id, chat);
  state.revision = news.revision;
  state.botName = news.settings.bot_name;
  document.title = `${news.settings.bot_name} LINEシミュレーター`;
  panel.update(news);
  if (!state.chat && state.chats.size > 0) {
    const wanted = location.hash.slice(1);
    return choose(state.chats.has(wanted) ? wanted : state.chats.keys().next().value);
  }
  state.chat = state.chats.get(state.chat?.id) ?? null;
  if (news.open && news.open.id === state.chat?.id) {
    state.chatRevision = news.revision;
    talk.update(news.open);
    menu.update(news.open.richMenu);
  }
  render();
}

async function listen() {
  waiting = new AbortController();
  const opening = state.chat && state.chatRevision === 0;
  const query = { after: state.revision, timeout: opening ? 0 : WAIT_SECONDS };
  if (state.chat) Object.assign(query, { chat: state.chat.id, chatAfter: state.chatRevision });
  try {
    take(await feed(query, waiting.signal));
  } catch (error) {
    if (error.name === "AbortError") return;
    toast("シミュレーターにつながりません。つなぎ直しています。");
    await new Promise((done) => setTimeout(done, PAUSE_AFTER_ERROR_MS));
  }
}

function closeDrawers() {
  for (const id of ["people", "panel"]) byId(id).classList.remove("open");
}

for (const id of ["people", "panel"]) {
  byId(`show-${id}`).addEventListener("click", () => {
    byId(id).classList.add("open");
    byId(id).querySelector("button")?.focus();
  });
}
for (const button of document.querySelectorAll("[data-close]")) button.addEventListener("click", closeDrawers);
document.addEventListener("keydown", (event) => event.key === "Escape" && closeDrawers());

for (;;) await listen();
