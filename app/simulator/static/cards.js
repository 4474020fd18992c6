// One message of any type, as it looks inside the talk.

import { pictureUrl } from "./api.js";
import { h } from "./dom.js";
import { flexMessage, picture } from "./flex.js";
import { drawSticker } from "./stickers.js";

const LINK = /https?:\/\/[^\s<>「」（）]+/g;

export function messageCard(bubble, tap) {
  const render = RENDERERS[bubble.message.type];
  return render ? render(bubble.message, bubble, tap) : plain(`（${bubble.message.type ?? "不明"} メッセージ）`);
}

const plain = (words) => h("div", { class: "bubble" }, words);

function text(message, bubble) {
  const words = message.text ?? "";
  if (bubble.sender !== "bot") return plain(words);
  const parts = [];
  let end = 0;
  for (const found of words.matchAll(LINK)) {
    parts.push(words.slice(end, found.index), h("a", { href: found[0], target: "_blank", rel: "noopener" }, found[0]));
    end = found.index + found[0].length;
  }
  return h("div", { class: "bubble" }, ...parts, words.slice(end));
}

function photo(message, bubble) {
  const own = bubble.sender !== "bot";
  const source = own ? `/_sim/content/${message.id}` : pictureUrl(message.previewImageUrl);
  if (!source) return plain("画像 (外部)");
  const image = h("img", { class: "photo", src: source, alt: own ? "送った写真" : "届いた写真", loading: "lazy" });
  image.addEventListener("error", () => image.replaceWith(plain("写真を表示できません")));
  return image;
}

function place(message) {
  const { latitude, longitude } = message;
  return h("div", { class: "place" },
    h("div", { class: "place-map", "aria-hidden": "true" }, h("span", { class: "pin" })),
    h("strong", {}, message.title || "位置情報"),
    h("span", {}, message.address || ""),
    h("small", {}, `${Number(latitude).toFixed(4)}, ${Number(longitude).toFixed(4)}`));
}

const seconds = (ms) => `0:${String(Math.round((ms ?? 0) / 1000)).padStart(2, "0")}`;
const media = (sign, words) => h("div", { class: "bubble media" }, h("span", { class: "media-sign", "aria-hidden": "true" }, sign), words);

const actionButton = (action, tap) =>
  h("button", { type: "button", class: "card-button", onclick: () => tap(action) }, action.label ?? "開く");

function panel(part, template, tap) {
  const card = h("div", { class: "card" });
  if (part.thumbnailImageUrl) {
    const frame = h("div", { class: `card-picture ${template.imageAspectRatio === "square" ? "square" : ""} ${template.imageSize ?? "cover"}` },
      picture(part.thumbnailImageUrl, ""));
    if (part.imageBackgroundColor) frame.style.backgroundColor = part.imageBackgroundColor;
    card.append(frame);
  }
  card.append(h("div", { class: "card-words" }, part.title ? h("strong", {}, part.title) : null, h("p", {}, part.text ?? "")));
  card.append(...(part.actions ?? []).map((action) => actionButton(action, tap)));
  return card;
}

const strip = (cards) => h("div", { class: "carousel", tabIndex: 0, role: "group", "aria-label": "横にスクロールできます" }, cards);

const TEMPLATES = {
  buttons: (template, tap) => panel(template, template, tap),
  confirm: (template, tap) =>
    h("div", { class: "card confirm" }, h("div", { class: "card-words" }, h("p", {}, template.text)),
      h("div", { class: "card-pair" }, template.actions.map((action) => actionButton(action, tap)))),
  carousel: (template, tap) => strip(template.columns.map((column) => panel(column, template, tap))),
  image_carousel: (template, tap) =>
    strip(template.columns.map((column) =>
      h("button", { type: "button", class: "card picture-card", onclick: () => tap(column.action) },
        picture(column.imageUrl, ""), h("span", {}, column.action.label ?? "")))),
};

function imagemap(message, _bubble, tap) {
  const { width, height } = message.baseSize;
  const frame = h("div", { class: "imagemap", role: "group", "aria-label": message.altText }, picture(`${message.baseUrl}/1040`, message.altText));
  frame.style.aspectRatio = `${width} / ${height}`;
  for (const action of message.actions) {
    const kind = action.type === "uri" ? { ...action, uri: action.linkUri } : action;
    const spot = h("button", { type: "button", "aria-label": action.label ?? action.text ?? "開く", onclick: () => tap(kind) });
    placeArea(spot, action.area, width, height);
    frame.append(spot);
  }
  return frame;
}

export function placeArea(element, area, width, height) {
  element.style.left = `${(area.x / width) * 100}%`;
  element.style.top = `${(area.y / height) * 100}%`;
  element.style.width = `${(area.width / width) * 100}%`;
  element.style.height = `${(area.height / height) * 100}%`;
}

const RENDERERS = {
  text,
  textV2: text,
  image: photo,
  sticker: (message) => drawSticker(message.packageId, message.stickerId),
  location: place,
  video: (message) => media("▶", `動画 ${message.duration ? seconds(message.duration) : ""}`),
  audio: (message) => media("♪", `ボイスメッセージ ${seconds(message.duration)}`),
  file: (message) => media("▤", `${message.fileName}（${Math.ceil(message.fileSize / 1024)} KB）`),
  template: (message, _bubble, tap) => TEMPLATES[message.template.type](message.template, tap),
  flex: (message, _bubble, tap) => flexMessage(message.contents, tap),
  imagemap,
};
