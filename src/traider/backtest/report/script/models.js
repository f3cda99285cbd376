/* What each chart shows. */

function equityModel(data) {
  const { equity, currency, liquidations } = data;
  const forced = (at) => liquidations.filter(([second]) => second <= equity.t[at] && second > (equity.t[at - 1] ?? -Infinity));
  return {
    t: equity.t,
    lead: equity.nav,
    panes: [
      { weight: 3, scale: 1, logable: true, caption: currency, crosses: liquidations, series: [
        { v: equity.hold, color: "--hold", dash: true }, { v: equity.nav, color: "--up" }] },
      { weight: 1.2, scale: 100, zero: true, caption: "Drawdown", series: [
        { v: equity.holdDrawdown, color: "--hold", dash: true }, { v: equity.drawdown, color: "--down", area: true }] },
    ],
    words: (at) => [
      [timeText(equity.t[at])],
      ["Equity", `${amount(equity.nav[at])} ${currency}`],
      ["Buy and hold", `${amount(equity.hold[at])} ${currency}`],
      ["Drawdown", share(equity.drawdown[at])],
      ["of buy and hold", share(equity.holdDrawdown[at])],
      ...forced(at).map(([, name]) => ["liquidated", name]),
    ],
  };
}

function exposureModel(data) {
  const { equity } = data;
  return {
    t: equity.t,
    lead: equity.gross,
    panes: [{ weight: 1, scale: 100, zero: true, caption: "of equity", series: [
      { v: equity.gross, color: "--up", step: true, area: true }, { v: equity.net, color: "--net", dash: true, step: true }] }],
    words: (at) => [[timeText(equity.t[at])], ["Gross", share(equity.gross[at])], ["Net", share(equity.net[at])]],
  };
}

function rollingModel(data) {
  const { t, sharpe, days } = data.rolling;
  const whole = sharpe.map((value) => (value === null ? null : data.sharpe));
  return {
    t,
    lead: sharpe,
    panes: [{ weight: 1, scale: 1, zero: true, caption: "a year", series: [
      { v: whole, color: "--hold", dash: true }, { v: sharpe, color: "--net" }] }],
    words: (at) => [[timeText(t[at])], [`Sharpe, ${days} days`, amount(sharpe[at])], ["whole run", amount(data.sharpe)]],
  };
}

function priceModel(data, index) {
  const { t, open, high, low, close, name, quote } = data.prices[index];
  const unit = quote && ` ${quote}`;
  return {
    t,
    lead: close,
    panes: [{ weight: 1, scale: 1, logable: true, caption: quote ? `Price, ${quote}` : "Price", series: [{ v: close, open, high, low, color: "--hold" }],
      marks: data.trades.filter((mark) => mark[0] === index) }],
    words: (at) => [
      [`${name} ${timeText(t[at])}`], ["Open", amount(open[at]) + unit], ["High", amount(high[at]) + unit],
      ["Low", amount(low[at]) + unit], ["Close", amount(close[at]) + unit],
    ],
  };
}
