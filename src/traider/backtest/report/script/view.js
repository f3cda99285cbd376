/* The shared view. */

const SPAN_MIN = 600;

const view = { first: 0, last: 1, from: 0, to: 1, hover: null };
const charts = [];
let queued = false;

function redraw() {
  if (queued) return;
  queued = true;
  requestAnimationFrame(() => {
    queued = false;
    palette.clear(); // the theme may have changed
    for (const chart of charts) chart.draw();
    markRange();
  });
}

const zoomed = () => view.from > view.first || view.to < view.last;

function setView(from, to) {
  const full = view.last - view.first;
  const span = Math.min(full, Math.max(Math.min(SPAN_MIN, full), to - from));
  const start = Math.min(Math.max(view.first, (from + to - span) / 2), view.last - span);
  view.from = start;
  view.to = start + span;
  redraw();
}

const resetView = () => setView(view.first, view.last);

function zoomAt(second, factor) {
  setView(second - (second - view.from) * factor, second + (view.to - second) * factor);
}

function markRange() {
  for (const button of document.querySelectorAll("[data-range]")) {
    const days = Number(button.dataset.range);
    const active = days === 0 ? !zoomed() : view.to === view.last && Math.abs(view.to - view.from - days * DAY) < 1;
    button.setAttribute("aria-pressed", String(active));
  }
}

function indexAt(times, second) {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= second) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function nearest(chart, second) {
  const at = Math.max(0, indexAt(chart.t, second));
  const next = Math.min(chart.t.length - 1, at + 1);
  const best = chart.t[next] - second < second - chart.t[at] ? next : at;
  for (const index of [best, best - 1, best + 1]) if (chart.lead[index] != null) return index;
  return best;
}
