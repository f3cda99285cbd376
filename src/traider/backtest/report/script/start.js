/* The trades table. */

function sortable(table) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, at) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: head.textContent });
    head.replaceChildren(button);
    button.addEventListener("click", () => sortBy(table, at, head.ariaSort === "descending" ? 1 : -1));
  });
  const orders = [["newest", 3, -1], ["oldest", 3, 1], ["largest gain", 10, -1], ["largest loss", 10, 1], ["best return", 11, -1], ["longest held", 5, -1], ["instrument", 1, 1]];
  const menu = document.getElementById("sort");
  menu.replaceChildren(...orders.map(([name], at) => new Option(name, String(at))));
  menu.addEventListener("change", () => sortBy(table, ...orders[Number(menu.value)].slice(1)));
}

function sortBy(table, column, direction) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, at) => (at === column ? (head.ariaSort = direction > 0 ? "ascending" : "descending") : (head.ariaSort = null)));
  const asText = heads[column].dataset.key === "text";
  const key = (row) => {
    const cell = row.cells[column];
    return asText ? cell.textContent : Number(cell.dataset.value ?? cell.textContent);
  };
  const rank = (one, other) => (asText ? one.localeCompare(other) : one - other || Number.isNaN(one) - Number.isNaN(other));
  const rows = [...table.tBodies[0].rows].map((row) => [key(row), row]);
  rows.sort((one, other) => direction * rank(one[0], other[0]));
  table.tBodies[0].append(...rows.map(([, row]) => row));
}

/* --- Start --- */

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
