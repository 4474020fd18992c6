// The rich menu: a picture with areas, opened and closed by the chat bar.

import { placeArea } from "./cards.js";
import { byId, h } from "./dom.js";
import { perform } from "./taps.js";

export class RichMenu {
  constructor(state) {
    this.state = state;
    this.shownId = null;
    this.bar = byId("menu-bar");
    this.place = byId("rich-menu");
    this.bar.addEventListener("click", () => this.open(this.place.hidden));
  }

  update(menu) {
    if ((menu?.id ?? null) === this.shownId) return;
    this.shownId = menu?.id ?? null;
    this.bar.hidden = !menu;
    this.place.hidden = true;
    if (!menu) return;
    this.label = menu.chatBarText;
    const { width, height } = menu.size;
    this.place.style.aspectRatio = `${width} / ${height}`;
    const image = h("img", { src: `/_sim/richmenus/${menu.id}/image`, alt: "" });
    const areas = menu.areas.map((area, index) => {
      const spot = h("button", { type: "button", "aria-label": area.action.label ?? area.action.text ?? `メニュー${index + 1}`, onclick: () => perform(this.state.chat, area.action) });
      placeArea(spot, area.bounds, width, height);
      return spot;
    });
    this.place.replaceChildren(image, ...areas);
    this.open(menu.selected);
  }

  open(wanted) {
    this.place.hidden = !wanted;
    this.bar.setAttribute("aria-expanded", String(wanted));
    this.bar.textContent = `${this.label} ${wanted ? "▾" : "▴"}`;
  }
}
