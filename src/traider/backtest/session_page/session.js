/* What the page of a session draws. */

function equityModel({ equity, currency }) {
  return {
    t: equity.t,
    lead: equity.nav,
    panes: [
      { weight: 3, scale: 1, logable: true, caption: currency, series: [{ v: equity.nav, color: "--up" }] },
      { weight: 1.2, scale: 100, zero: true, caption: "Drawdown", series: [{ v: equity.drawdown, color: "--down", area: true }] },
      { weight: 1, scale: 100, zero: true, caption: "Exposure", series: [{ v: equity.gross, color: "--net" }] },
    ],
    words: (at) => [
      [timeText(equity.t[at])],
      ["Equity", `${amount(equity.nav[at])} ${currency}`],
      ["Drawdown", share(equity.drawdown[at])],
      ["Exposure", share(equity.gross[at])],
    ],
  };
}

function start() {
  const data = pageData();
  openPage([data.equity.t], () => equityModel(data));
}

applyTheme(storedTheme());
document.addEventListener("DOMContentLoaded", start);
