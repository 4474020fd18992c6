// The lower part of the phone: typing, stickers, photos, places, files.

import { act } from "./api.js";
import { ask, byId, h, toast } from "./dom.js";
import { samplePhotos } from "./photos.js";
import { STICKERS, drawSticker } from "./stickers.js";
import { phoneAbilities } from "./taps.js";

const PLACES = [
  { title: "まちこえ市役所", address: "まちこえ市中央1丁目1番1号", latitude: 35.7021, longitude: 139.5601 },
  { title: "中央公園", address: "まちこえ市みどり町2丁目", latitude: 35.7058, longitude: 139.5547 },
  { title: "まちこえ駅 北口", address: "まちこえ市駅前3丁目", latitude: 35.6993, longitude: 139.5662 },
  { title: "第二小学校前の交差点", address: "まちこえ市東町5丁目", latitude: 35.7104, longitude: 139.5719 },
];

export class Composer {
  constructor(state) {
    this.state = state;
    this.field = byId("words");
    this.tray = byId("tray");
    this.openTray = "";
    this.picker = h("input", { type: "file", accept: "image/*", multiple: true, hidden: true, onchange: () => this.sendChosen() });
    document.body.append(this.picker);
    byId("say").addEventListener("submit", (event) => this.submit(event));
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("input", () => this.fit());
    byId("attach").addEventListener("click", () => this.toggle("attach", () => this.attachments()));
    byId("stickers").addEventListener("click", () => this.toggle("stickers", () => this.stickers()));
    Object.assign(phoneAbilities, { camera: () => this.samplePhoto(1), cameraRoll: () => this.picker.click(), location: () => this.askPlace() });
  }

  do(name, body) {
    this.close();
    return this.state.chat && act(this.state.chat.id, name, body);
  }

  key(event) {
    // While an input method is composing, Enter chooses a conversion.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) this.submit(event);
  }

  submit(event) {
    event.preventDefault();
    const words = this.field.value.trim();
    if (!words) return;
    this.field.value = "";
    this.fit();
    this.do("messages", { type: "text", text: words });
    this.field.focus();
  }

  fit() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 120)}px`;
  }

  toggle(name, build) {
    if (this.openTray === name) return this.close();
    this.close();
    this.openTray = name;
    byId(name).setAttribute("aria-expanded", "true");
    this.tray.replaceChildren(...build());
    this.tray.className = `tray ${name}`;
    this.tray.hidden = false;
  }

  close() {
    this.openTray = "";
    this.tray.hidden = true;
    for (const name of ["attach", "stickers"]) byId(name).setAttribute("aria-expanded", "false");
  }

  stickers() {
    return STICKERS.map(({ packageId, stickerId, keywords, name }) =>
      h("button", { type: "button", "aria-label": name, onclick: () => this.do("messages", { type: "sticker", packageId, stickerId, keywords }) },
        drawSticker(packageId, stickerId)));
  }

  attachments() {
    const entry = (sign, label, onclick) => h("button", { type: "button", onclick }, h("span", { class: "attach-sign", "aria-hidden": "true" }, sign), label);
    return [
      entry("▦", "写真を選ぶ", () => this.picker.click()),
      entry("◉", "見本の写真", () => this.samplePhoto(1)),
      entry("❐", "見本3枚", () => this.samplePhoto(3)),
      entry("⚑", "位置情報", () => this.askPlace()),
      entry("♪", "ボイス", () => this.do("messages", { type: "audio", duration: 4000 })),
      entry("▶", "動画", () => this.do("messages", { type: "video", duration: 6000 })),
      entry("▤", "ファイル", () => this.do("messages", { type: "file", fileName: "要望書.pdf", content: btoa("%PDF-1.7\n") })),
    ];
  }

  async samplePhoto(count) {
    this.sendPhotos(await samplePhotos(count));
  }

  sendChosen() {
    this.sendPhotos([...this.picker.files].slice(0, 20));
    this.picker.value = "";
  }

  async sendPhotos(blobs) {
    if (blobs.length === 0) return;
    if (blobs.length > 1) toast(`写真${blobs.length}枚をまとめて送ります`);
    this.do("photos", { photos: await Promise.all(blobs.map(encoded)) });
  }

  askPlace() {
    const choice = (place, index) =>
      h("label", { class: "choice" }, h("input", { type: "radio", name: "place", value: index, checked: index === 0 }),
        h("span", {}, h("strong", {}, place.title), h("small", {}, place.address)));
    const number = (name, label, value, bound) =>
      h("label", {}, label, h("input", { type: "number", name, value, step: "any", min: -bound, max: bound, required: true }));
    const content = h("div", { class: "places" }, PLACES.map(choice),
      h("label", { class: "choice" }, h("input", { type: "radio", name: "place", value: "own" }), h("span", {}, h("strong", {}, "緯度・経度を入れる"))),
      h("div", { class: "pair" }, number("latitude", "緯度", 35.7, 90), number("longitude", "経度", 139.56, 180)));
    ask("位置情報を送る", content, "送る", (form) => {
      const own = { latitude: Number(form.get("latitude")), longitude: Number(form.get("longitude")) };
      this.do("messages", { type: "location", ...(PLACES[form.get("place")] ?? own) });
    });
  }
}

async function encoded(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let binary = "";
  for (let start = 0; start < bytes.length; start += 0x8000) binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  return btoa(binary);
}
