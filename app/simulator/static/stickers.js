// Our own little stickers: a round face with a mood, drawn on the spot.

import { svg } from "./dom.js";

export const STICKERS = [
  { packageId: "1", stickerId: "1", name: "ありがとう", keywords: ["ありがとう", "感謝"], face: "happy", colour: "#f6c445" },
  { packageId: "1", stickerId: "2", name: "了解です", keywords: ["了解", "OK"], face: "wink", colour: "#7cc4a0" },
  { packageId: "1", stickerId: "3", name: "おねがいします", keywords: ["お願い", "よろしく"], face: "calm", colour: "#8db7e8" },
  { packageId: "1", stickerId: "4", name: "こまった", keywords: ["困った", "悩み"], face: "worried", colour: "#c9a6e4" },
  { packageId: "1", stickerId: "5", name: "おこ", keywords: ["怒り", "不満"], face: "angry", colour: "#ef8a7a" },
  { packageId: "1", stickerId: "6", name: "しょんぼり", keywords: ["悲しい", "残念"], face: "sad", colour: "#9fb4c7" },
  { packageId: "1", stickerId: "7", name: "びっくり", keywords: ["驚き", "びっくり"], face: "surprised", colour: "#f2a65a" },
  { packageId: "1", stickerId: "8", name: "すばらしい", keywords: ["すばらしい", "拍手"], face: "laugh", colour: "#f4a7c0" },
];

const line = (d) => svg("path", { d, fill: "none", stroke: "#3a2e26", "stroke-width": 3.4, "stroke-linecap": "round" });
const dot = (cx, cy, r = 3.6) => svg("circle", { cx, cy, r, fill: "#3a2e26" });

const FACES = {
  happy: () => [line("M30 44q5-7 10 0"), line("M56 44q5-7 10 0"), line("M36 58q12 12 24 0")],
  wink: () => [dot(36, 44), line("M56 45h11"), line("M37 58q12 9 22-1")],
  calm: () => [line("M30 44q5 5 10 0"), line("M56 44q5 5 10 0"), line("M42 60h12")],
  worried: () => [dot(36, 46), dot(60, 46), line("M29 36l10-3"), line("M67 36l-10-3"), line("M38 62q5-5 10 0t10 0")],
  angry: () => [dot(36, 46), dot(60, 46), line("M28 34l12 5"), line("M68 34l-12 5"), line("M38 64q10-8 20 0")],
  sad: () => [dot(36, 46), dot(60, 46), line("M38 64q10-9 20 0"), svg("path", { d: "M66 52q6 9 0 12q-6-3 0-12z", fill: "#5aa9e6" })],
  surprised: () => [dot(36, 44, 4.4), dot(60, 44, 4.4), svg("ellipse", { cx: 48, cy: 62, rx: 6, ry: 8, fill: "#3a2e26" })],
  laugh: () => [line("M30 44l5-5 5 5"), line("M56 44l5-5 5 5"), svg("path", { d: "M35 55h26q-2 15-13 15t-13-15z", fill: "#7a2e2e" })],
};

export function drawSticker(packageId, stickerId) {
  const sticker = STICKERS.find((one) => one.packageId === packageId && one.stickerId === stickerId);
  const { face, colour, name } = sticker ?? { face: "happy", colour: "#b9c2cc", name: "スタンプ" };
  return svg(
    "svg",
    { viewBox: "0 0 96 112", role: "img", "aria-label": `スタンプ: ${name}`, class: "sticker" },
    svg("ellipse", { cx: 48, cy: 91, rx: 24, ry: 4, fill: "#00000014" }),
    svg("circle", { cx: 48, cy: 48, r: 38, fill: colour }),
    svg("circle", { cx: 27, cy: 55, r: 5.5, fill: "#ffffff66" }),
    svg("circle", { cx: 69, cy: 55, r: 5.5, fill: "#ffffff66" }),
    ...FACES[face](),
    Object.assign(svg("text", { x: 48, y: 107, "text-anchor": "middle", "font-size": 12, "font-weight": 700, fill: "#3a2e26" }), {
      textContent: name,
    }),
  );
}
