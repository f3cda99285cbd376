/* Start of the report. */

const MODELS = { equity: equityModel, exposure: exposureModel, rolling: rollingModel };

function start() {
  const data = pageData();
  const times = [data.equity.t, data.rolling.t, ...data.prices.map((series) => series.t)];
  openPage(times, ({ dataset }) => (dataset.price !== undefined ? priceModel(data, Number(dataset.price)) : MODELS[dataset.chart](data)));
  const table = document.getElementById("trades");
  if (table) sortable(table);
  if (table && data.reasons) explain(table, data.reasons);
}

applyTheme(storedTheme());
document.addEventListener("DOMContentLoaded", start);
