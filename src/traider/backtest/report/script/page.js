/* What every page with charts does: one time axis, buttons, theme, print. */

/* Values that span more than a decade start on a logarithmic axis; on a linear one the smaller curve is flat. */
function wide(chart) {
  const values = chart.panes[0].series.flatMap((series) => series.v ?? []).filter((value) => value !== null);
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), 0);
  return low > 0 && high > 10 * low;
}

/* times: the lists of seconds of all charts; modelOf: what the chart in a box shows. */
function openPage(times, modelOf) {
  const known = times.filter((list) => list.length > 0);
  view.first = view.from = Math.min(...known.map((list) => list[0]), Infinity);
  view.last = view.to = Math.max(...known.map((list) => list[list.length - 1]), -Infinity);
  if (!(view.last > view.first)) Object.assign(view, { first: 0, from: 0, last: YEAR, to: YEAR });
  const spoken = document.body.appendChild(document.createElement("div"));
  Object.assign(spoken, { id: "spoken", className: "hidden", ariaLive: "polite" });
  for (const box of document.querySelectorAll("[data-chart]")) charts.push(new Chart(box, modelOf(box)));
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

const pageData = () => JSON.parse(document.getElementById("data").textContent);
