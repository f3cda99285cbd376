/* Start. */

const MODELS = { equity: equityModel, exposure: exposureModel, rolling: rollingModel };

function start() {
  const data = JSON.parse(document.getElementById("data").textContent);
  const times = [data.equity.t, data.rolling.t, ...data.prices.map((series) => series.t)].filter((list) => list.length > 0);
  view.first = view.from = Math.min(...times.map((list) => list[0]), Infinity);
  view.last = view.to = Math.max(...times.map((list) => list[list.length - 1]), -Infinity);
  if (!(view.last > view.first)) Object.assign(view, { first: 0, from: 0, last: YEAR, to: YEAR });
  const spoken = document.body.appendChild(document.createElement("div"));
  Object.assign(spoken, { id: "spoken", className: "hidden", ariaLive: "polite" });
  for (const box of document.querySelectorAll("[data-chart]")) {
    const model = box.dataset.price !== undefined ? priceModel(data, Number(box.dataset.price))
      : MODELS[box.dataset.chart](data);
    charts.push(new Chart(box, model));
  }
  for (const button of document.querySelectorAll("[data-log]")) {
    const chart = charts.find((one) => one.box.dataset.chart === button.dataset.log);
    button.addEventListener("click", () => {
      chart.log = !chart.log;
      button.setAttribute("aria-pressed", String(chart.log));
      redraw();
    });
    if (wide(chart)) button.click();
  }
  for (const button of document.querySelectorAll("[data-range]")) {
    const days = Number(button.dataset.range);
    if (days * DAY >= view.last - view.first) button.hidden = true;
    button.addEventListener("click", () => (days ? setView(view.last - days * DAY, view.last) : resetView()));
  }
  const table = document.getElementById("trades");
  if (table) sortable(table);
  if (table && data.reasons) explain(table, data.reasons);
  document.getElementById("theme").addEventListener("click", nextTheme);
  applyTheme(storedTheme());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  addEventListener("beforeprint", () => {
    document.documentElement.dataset.theme = "light";
    palette.clear();
    for (const chart of charts) chart.draw();
  });
  addEventListener("afterprint", () => applyTheme(storedTheme()));
}

applyTheme(storedTheme());
document.addEventListener("DOMContentLoaded", start);
