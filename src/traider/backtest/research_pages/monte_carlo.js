/* What the Monte Carlo page draws. */

function fanModel({ fan, currency }) {
  const band = (low, high, strength) => ({ band: strength, low: fan[low], high: fan[high], color: "--hold" });
  return {
    t: fan.t,
    lead: fan.actual,
    panes: [{ weight: 1, scale: 1, logable: true, caption: currency, series: [
      band("p1", "p99", 0.14), band("p5", "p95", 0.18), band("p25", "p75", 0.26),
      { v: fan.p50, color: "--hold", dash: true }, { v: fan.actual, color: "--up" }] }],
    words: (at) => [
      [timeText(fan.t[at])],
      ["The run itself", `${amount(fan.actual[at])} ${currency}`],
      ["99%", amount(fan.p99[at])],
      ["95%", amount(fan.p95[at])],
      ["Median", amount(fan.p50[at])],
      ["5%", amount(fan.p5[at])],
      ["1%", amount(fan.p1[at])],
    ],
  };
}

function start() {
  const data = pageData();
  openPage([data.fan.t], () => fanModel(data));
}

applyTheme(storedTheme());
document.addEventListener("DOMContentLoaded", start);
