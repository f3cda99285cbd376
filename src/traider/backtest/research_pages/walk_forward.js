/* What the walk-forward page draws. */

function joinedModel({ equity, currency, tests }) {
  return {
    t: equity.t,
    lead: equity.nav,
    panes: [
      { weight: 3, scale: 1, logable: true, caption: currency, boundaries: tests, series: [
        { v: equity.hold, color: "--hold", dash: true }, { v: equity.nav, color: "--up" }] },
      { weight: 1.2, scale: 100, zero: true, caption: "Drawdown", boundaries: tests, series: [
        { v: equity.drawdown, color: "--down", area: true }] },
    ],
    words: (at) => [
      [timeText(equity.t[at])],
      ["Equity", `${amount(equity.nav[at])} ${currency}`],
      ["Buy and hold", `${amount(equity.hold[at])} ${currency}`],
      ["Drawdown", share(equity.drawdown[at])],
      ["Window", String(1 + tests.findLastIndex(([from]) => from <= equity.t[at]))],
    ],
  };
}

function choicesModel({ choices, tests }) {
  return {
    t: choices.t,
    lead: choices.settings[0].v,
    panes: choices.settings.map(({ name, range, v }) => ({
      weight: 1, scale: 1, range, margin: 0.3, caption: name, boundaries: tests, series: [{ v, color: "--net", step: true }],
    })),
    words: (at) => [[timeText(choices.t[at])], ...choices.settings.map(({ name, v }) => [name, v[at] === null ? DASH : String(v[at])])],
  };
}

function start() {
  const data = pageData();
  openPage([data.equity.t], ({ dataset }) => (dataset.chart === "equity" ? joinedModel(data) : choicesModel(data)));
}

applyTheme(storedTheme());
document.addEventListener("DOMContentLoaded", start);
