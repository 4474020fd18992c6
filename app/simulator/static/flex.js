// Flex messages: a faithful subset of layout, spacing, lettering and colours.

import { pictureUrl } from "./api.js";
import { h } from "./dom.js";

const SPACE = { none: 0, xs: 2, sm: 4, md: 8, lg: 12, xl: 16, xxl: 20 };
const LETTER = { xxs: 11, xs: 13, sm: 14, md: 16, lg: 19, xl: 22, xxl: 29, "3xl": 35, "4xl": 48, "5xl": 74 };
const PICTURE = { xxs: 40, xs: 60, sm: 80, md: 100, lg: 120, xl: 140, xxl: 160, "3xl": 180, "4xl": 200, "5xl": 220 };
const BORDER = { none: 0, light: 0.5, normal: 1, medium: 2, "semi-bold": 3, bold: 4 };
const ALIGN = { start: "flex-start", end: "flex-end", center: "center" };
const GRAVITY = { top: "flex-start", bottom: "flex-end", center: "center" };
const TEXT_ALIGN = { start: "left", end: "right", center: "center" };

const length = (value, table) => (value === undefined ? "" : value in table ? `${table[value]}px` : value);

// `tap(action)` is called for whatever the citizen taps.
export function flexMessage(contents, tap) {
  if (contents.type === "carousel") {
    return h("div", { class: "flex-carousel", tabIndex: 0, role: "group", "aria-label": "横にスクロールできます" },
      contents.contents.map((bubble) => renderBubble(bubble, tap)));
  }
  return renderBubble(contents, tap);
}

function renderBubble(bubble, tap) {
  const element = h("div", { class: `flex-bubble size-${bubble.size ?? "mega"}`, dir: bubble.direction ?? "ltr" });
  for (const name of ["header", "hero", "body", "footer"]) {
    if (!bubble[name]) continue;
    const style = bubble.styles?.[name] ?? {};
    // A block's padding belongs to its box, so that the box's colour fills the block.
    const content = component(bubble[name], "vertical", tap);
    if (bubble[name].type === "box") content.classList.add("flex-root");
    const block = h("div", { class: `flex-block flex-${name}` }, content);
    if (style.backgroundColor) block.style.backgroundColor = style.backgroundColor;
    if (style.separator) block.style.borderTop = `1px solid ${style.separatorColor ?? "#d4d6da"}`;
    element.append(block);
  }
  return tappable(element, bubble.action, tap);
}

function component(node, layout, tap) {
  const element = RENDERERS[node.type]?.(node, tap) ?? h("span");
  place(element, node, layout);
  return element;
}

function place(element, node, layout) {
  const style = element.style;
  const share = node.flex ?? (layout === "vertical" || node.type === "icon" || node.type === "separator" ? 0 : 1);
  style.flex = share === 0 ? "0 0 auto" : layout === "vertical" ? `${share} 1 auto` : `${share} 1 0`;
  if (node.position === "absolute") style.position = "absolute";
  for (const [key, side] of [["offsetTop", "top"], ["offsetBottom", "bottom"], ["offsetStart", "insetInlineStart"], ["offsetEnd", "insetInlineEnd"]]) {
    if (node[key] !== undefined) style[side] = length(node[key], SPACE);
  }
  if (node.gravity && layout !== "vertical") style.alignSelf = GRAVITY[node.gravity];
}

function separate(element, node, layout, spacing, first) {
  const space = node.margin ?? (first ? undefined : spacing);
  if (space === undefined) return;
  element.style[layout === "vertical" ? "marginTop" : "marginInlineStart"] = length(space, SPACE);
}

function box(node, tap) {
  const element = h("div", { class: `flex-box flex-${node.layout}` });
  const style = element.style;
  node.contents.forEach((child, index) => {
    const rendered = component(child, node.layout, tap);
    separate(rendered, child, node.layout, node.spacing, index === 0);
    element.append(rendered);
  });
  for (const [key, property] of [["paddingAll", "padding"], ["paddingTop", "paddingTop"], ["paddingBottom", "paddingBottom"], ["paddingStart", "paddingInlineStart"], ["paddingEnd", "paddingInlineEnd"]]) {
    if (node[key] !== undefined) style[property] = length(node[key], SPACE);
  }
  for (const key of ["width", "height", "maxWidth", "maxHeight", "justifyContent", "alignItems", "backgroundColor"]) {
    if (node[key] !== undefined) style[key] = node[key];
  }
  if (node.cornerRadius) style.borderRadius = length(node.cornerRadius, SPACE);
  if (node.borderWidth) style.border = `${length(node.borderWidth, BORDER)} solid ${node.borderColor ?? "#d4d6da"}`;
  if (node.background) {
    const stops = [node.background.startColor, node.background.centerColor, node.background.endColor].filter(Boolean);
    style.backgroundImage = `linear-gradient(${node.background.angle}, ${stops.join(", ")})`;
  }
  return tappable(element, node.action, tap);
}

function letter(element, node) {
  const style = element.style;
  if (node.size) style.fontSize = length(node.size, LETTER);
  if (node.color) style.color = node.color;
  if (node.weight === "bold") style.fontWeight = "700";
  if (node.style === "italic") style.fontStyle = "italic";
  if (node.decoration) style.textDecoration = node.decoration;
}

function text(node, tap) {
  const words = node.contents?.length
    ? node.contents.map((span) => {
        const part = h("span", {}, span.text ?? "");
        letter(part, span);
        return part;
      })
    : [node.text ?? ""];
  const element = h("p", { class: `flex-text${node.wrap ? " wrap" : ""}` }, words);
  letter(element, node);
  if (node.align) element.style.textAlign = TEXT_ALIGN[node.align];
  if (node.lineSpacing) element.style.lineHeight = `calc(1.4em + ${node.lineSpacing})`;
  if (node.wrap && node.maxLines) {
    element.classList.add("clamped");
    element.style.webkitLineClamp = node.maxLines;
  }
  return tappable(element, node.action, tap);
}

function button(node, tap) {
  const kind = node.style ?? "link";
  const element = h("button", { type: "button", class: `flex-button ${kind} height-${node.height ?? "md"}`, onclick: () => tap(node.action) },
    node.action.label ?? "");
  if (node.color) element.style[kind === "link" ? "color" : "backgroundColor"] = node.color;
  return element;
}

export function picture(url, alt) {
  const source = pictureUrl(url);
  if (!source) return h("span", { class: "picture-elsewhere", role: "img", "aria-label": alt }, "画像 (外部)");
  return h("img", { src: source, alt, loading: "lazy" });
}

function image(node, tap) {
  const inner = picture(node.url, "");
  const [width, height] = (node.aspectRatio ?? "1:1").split(":").map(Number);
  const frame = h("div", { class: "flex-picture" }, inner);
  frame.style.width = node.size === "full" ? "100%" : length(node.size ?? "md", PICTURE);
  frame.style.aspectRatio = `${width} / ${height}`;
  if (node.backgroundColor) frame.style.backgroundColor = node.backgroundColor;
  inner.style.objectFit = node.aspectMode === "cover" ? "cover" : "contain";
  const element = h("div", { class: "flex-picture-row" }, frame);
  element.style.justifyContent = ALIGN[node.align ?? "center"];
  return tappable(element, node.action, tap);
}

function icon(node) {
  const inner = picture(node.url, "");
  inner.classList.add("flex-icon");
  inner.style.height = length(node.size ?? "md", LETTER);
  return inner;
}

function tappable(element, action, tap) {
  if (!action) return element;
  element.classList.add("tappable");
  element.tabIndex = 0;
  element.setAttribute("role", "button");
  if (action.label) element.setAttribute("aria-label", action.label);
  element.addEventListener("click", (event) => {
    event.stopPropagation();
    tap(action);
  });
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      tap(action);
    }
  });
  return element;
}

const RENDERERS = {
  box,
  text,
  button,
  image,
  icon,
  video: (node, tap) => component(node.altContent, "vertical", tap),
  filler: () => h("div"),
  separator: (node) => {
    const element = h("div", { class: "flex-separator" });
    if (node.color) element.style.backgroundColor = node.color;
    return element;
  },
};
