// The operator's side: fault switches, and the log of webhooks and API calls.

import { clearFaults, redeliverFailed, setFaults, setSettings } from "./api.js";
import { byId, clock, h, toast } from "./dom.js";

const LOG_LINES = 150;
const EVENTS = {
  message: "メッセージ", follow: "友だち追加", unfollow: "ブロック", postback: "ボタン", unsend: "送信取消",
  join: "参加", leave: "退出", beacon: "ビーコン", accountLink: "アカウント連携",
};
const MESSAGES = { text: "文字", image: "写真", video: "動画", audio: "ボイス", file: "ファイル", location: "位置情報", sticker: "スタンプ" };
const CALLS = {
  reply: "返信", push: "プッシュ", multicast: "一斉送信", broadcast: "全員に送信", narrowcast: "絞り込み送信", profile: "プロフィール",
  content: "メディア取得", transcoding: "変換状況", loading: "入力中の表示", info: "アカウント情報", webhook_endpoint: "Webhookの宛先", set_webhook_endpoint: "Webhookの宛先を設定", test_webhook: "Webhookの確認", quota: "送信枠", quota_consumption: "送信数",
};
const SWITCHES = [
  { name: "quota_exhausted", label: "月の送信枠を使い切った (429)", kind: "flag" },
  { name: "rate_limited", label: "混み合っている (429)", kind: "endless" },
  { name: "server_errors", label: "サーバーエラー (500)", unit: "回", kind: "count" },
  { name: "timeouts", label: "応答が遅れて届く", unit: "回", kind: "count" },
  { name: "timeout_seconds", label: "遅れの長さ", unit: "秒", kind: "number" },
  { name: "slow_seconds", label: "すべての応答を遅くする", unit: "秒", kind: "number" },
  { name: "invalid_reply_tokens", label: "返信トークンを無効に", unit: "回", kind: "count" },
  { name: "duplicates", label: "Webhookを余分に届ける", unit: "通", kind: "count" },
  { name: "shuffle", label: "Webhookの順番を入れ替える", kind: "flag" },
  { name: "wrong_signature", label: "署名を壊す", kind: "flag" },
];

export class Panel {
  constructor() {
    this.inputs = new Map();
    this.log = h("ol", { class: "log", "aria-label": "通信の記録" });
    this.lines = new Map();
    this.summary = h("p", { class: "summary" });
    this.redelivery = h("input", { type: "checkbox", onchange: () => this.save(() => setSettings({ redelivery: this.redelivery.checked })) });
    byId("panel-body").append(this.faultSection(), this.logSection());
  }

  faultSection() {
    return h("details", { class: "section", open: window.innerWidth > 900 }, h("summary", {}, "わざと不具合を起こす"),
      h("div", { class: "switches" }, SWITCHES.map((entry) => this.switchRow(entry)),
        h("label", { class: "switch" }, this.redelivery, h("span", {}, "届かないWebhookを再送する"))),
      h("div", { class: "panel-buttons" },
        h("button", { type: "button", class: "button quiet", onclick: () => this.save(clearFaults) }, "すべて元に戻す"),
        h("button", { type: "button", class: "button quiet", onclick: () => this.redeliver() }, "未達を今すぐ再送")));
  }

  switchRow({ name, label, unit, kind }) {
    const boxed = kind === "flag" || kind === "endless";
    const input = boxed ? h("input", { type: "checkbox" }) : h("input", { type: "number", min: 0, step: kind === "number" ? 0.5 : 1, max: 999 });
    const read = { flag: () => input.checked, endless: () => (input.checked ? -1 : 0), count: () => Math.round(Number(input.value)), number: () => Number(input.value) };
    input.addEventListener("change", () => this.save(() => setFaults({ [name]: read[kind]() })));
    this.inputs.set(name, { input, boxed });
    return boxed
      ? h("label", { class: "switch" }, input, h("span", {}, label))
      : h("label", { class: "switch number" }, h("span", {}, label), h("span", {}, input, ` ${unit}`));
  }

  logSection() {
    return h("section", { class: "section", "aria-labelledby": "log-title" },
      h("h3", { id: "log-title" }, "通信の記録"),
      h("p", { class: "legend" }, h("span", { class: "way in" }, "→ 市へ"), " Webhook　", h("span", { class: "way out" }, "← 市から"), " API"),
      this.summary, this.log);
  }

  async save(change) {
    try {
      await change();
    } catch (error) {
      toast(error.message);
    }
  }

  async redeliver() {
    const { redelivered, accepted } = await redeliverFailed();
    toast(redelivered ? `${redelivered}件を再送し、${accepted}件が届きました` : "未達のものはありません");
  }

  update(news) {
    for (const [name, { input, boxed }] of this.inputs) {
      if (document.activeElement === input && !boxed) continue;
      if (boxed) input.checked = Boolean(news.faults[name]);
      else input.value = news.faults[name];
    }
    this.redelivery.checked = news.settings.redelivery;
    const limit = news.settings.monthly_quota;
    this.summary.textContent = `今月のプッシュ送信 ${news.consumed}通${limit === null ? "（上限なし）" : ` / ${limit}通`}`;
    const link = byId("staff-link");
    link.hidden = !/^https?:/.test(news.settings.staff_url);
    if (!link.hidden) link.href = news.settings.staff_url;
    if (news.fresh) this.lines.clear();
    for (const delivery of news.deliveries) this.lines.set(`d${delivery.eventId}`, deliveryLine(delivery));
    for (const call of news.calls) this.lines.set(`c${call.number}`, callLine(call));
    if (news.fresh || news.deliveries.length || news.calls.length) this.draw();
  }

  draw() {
    const newest = [...this.lines.entries()].sort(([, a], [, b]) => b.at - a.at || b.number - a.number).slice(0, LOG_LINES);
    this.lines = new Map(newest);
    this.log.replaceChildren(...newest.map(([, line]) => line.element));
  }
}

const grade = (status) => (status >= 200 && status < 300 ? "good" : status === 409 ? "fair" : "bad");
const badge = (status) => h("span", { class: `status ${grade(status)}` }, status ? String(status) : "不通");

function deliveryLine(delivery) {
  const words = delivery.type === "message" ? `メッセージ（${MESSAGES[delivery.messageType] ?? delivery.messageType}）` : (EVENTS[delivery.type] ?? delivery.type);
  const waiting = delivery.statuses.length === 0 ? [h("span", { class: "status wait" }, "待ち")] : delivery.statuses.map(badge);
  return { at: delivery.at, number: delivery.number, element: h("li", {}, line("in", "→", words, waiting, delivery.milliseconds.at(-1), delivery.at)) };
}

const callName = (endpoint) => CALLS[endpoint] ?? (endpoint.startsWith("rich_menu") ? "リッチメニューの設定" : endpoint);

function callLine(call) {
  const summary = line("out", "←", callName(call.endpoint), [badge(call.status)], call.milliseconds, call.at, "summary");
  const more = [`${call.method} ${call.path}`, call.body && JSON.stringify(call.body, null, 1)].filter(Boolean).join("\n");
  const why = call.message && h("p", { class: "why" }, call.message);
  const details = h("details", {}, summary);
  // Filled only when opened: the log can be long.
  details.addEventListener("toggle", () => details.append(h("pre", { tabIndex: 0 }, more)), { once: true });
  const element = h("li", {}, details, why);
  return { at: call.at, number: call.number, element };
}

function line(way, arrow, words, statuses, milliseconds, at, tag = "div") {
  const took = milliseconds === undefined ? "" : `${Math.round(milliseconds)} ms`;
  return h(tag, { class: "log-line" }, h("span", { class: `way ${way}`, "aria-hidden": "true" }, arrow),
    h("span", { class: "log-words" }, words), statuses, h("span", { class: "took" }, took), h("time", {}, clock(at, true)));
}
