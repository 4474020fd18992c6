// Quick choices of periods, and charts. Tables say the same without it.
"use strict";

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-from]");
  if (button) {
    button.form.elements.from.value = button.dataset.from;
    button.form.elements.to.value = button.dataset.to;
  }
  const area = event.target.closest("[data-choose]");
  if (area) {
    const field = document.getElementById(area.dataset.choose);
    field.value = area.dataset.value;
    field.focus();
  }
});

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    const form = event.target.closest("form[data-quick]");
    if (form) form.requestSubmit();
  }
});

// After a row was checked the next one is at hand.
document.addEventListener("htmx:after:swap", () => {
  const done = document.querySelector(".check-done:not([data-passed])");
  if (!done) return;
  done.dataset.passed = "1";
  const next = done.nextElementSibling?.querySelector("[data-row-link]");
  (next ?? done.querySelector("a")).focus();
});

function drawChart(place) {
  const source = document.getElementById(place.dataset.option);
  const chart = window.echarts.init(place, null, { renderer: "svg" });
  const option = JSON.parse(source.textContent);
  option.tooltip = { ...option.tooltip, renderMode: "richText" };
  chart.setOption(option);
  new ResizeObserver(() => chart.resize()).observe(place);
}

// A map's shapes come from the city's own upload; without them the table below says the same.
async function drawMap(place) {
  const answer = await fetch(place.dataset.shapes, { credentials: "same-origin" });
  if (!answer.ok) return;
  window.echarts.registerMap("districts", await answer.json());
  drawChart(place);
}

function drawCharts() {
  if (!window.echarts) return;
  document.querySelectorAll(".chart[data-option]").forEach((place) => (place.dataset.shapes ? drawMap : drawChart)(place));
}
window.addEventListener("DOMContentLoaded", drawCharts);

// Printed pages show the tables that stand folded on the screen.
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
const folded = () => document.querySelectorAll(".panel details:not([open])");
window.addEventListener("beforeprint", () => {
  folded().forEach((one) => {
    one.open = true;
    one.dataset.printed = "1";
  });
});
window.addEventListener("afterprint", () => {
  document.querySelectorAll("[data-printed]").forEach((one) => {
    one.open = false;
    delete one.dataset.printed;
  });
});
