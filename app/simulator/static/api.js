// The control API, as the page uses it.

import { toast } from "./dom.js";

async function call(method, path, body, signal) {
  const options = { method, signal, headers: {} };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const answer = await fetch(`/_sim${path}`, options);
  if (answer.status === 204) return null;
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.message ?? `エラー ${answer.status}`);
  return found;
}

export const feed = (query, signal) => call("GET", `/feed?${new URLSearchParams(query)}`, undefined, signal);
export const setFaults = (switches) => call("PUT", "/faults", switches);
export const clearFaults = () => call("DELETE", "/faults");
export const setSettings = (settings) => call("PUT", "/settings", settings);
export const addCitizen = (name) => call("POST", "/citizens", { name, friend: false });
export const redeliverFailed = () => call("POST", "/deliveries/redeliver", {});

// Anything a citizen does; failures of the simulator itself are shown, those of the bot stand in the log.
export async function act(chatId, name, body = {}) {
  try {
    return await call("POST", `/citizens/${chatId}/${name}`, body);
  } catch (error) {
    toast(`送れませんでした: ${error.message}`);
    return null;
  }
}

// The page may load pictures from its own address only; the bot's local ones come through the simulator.
export function pictureUrl(url) {
  try {
    const parsed = new URL(url);
    if (parsed.origin === location.origin) return parsed.pathname + parsed.search;
    if (parsed.protocol === "http:") return `/_sim/picture?url=${encodeURIComponent(url)}`;
  } catch {
    return null;
  }
  return null;
}
