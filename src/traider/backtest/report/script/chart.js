/* One chart: panes above one another over one time axis. */

const AXIS_RIGHT = 66;
const AXIS_BOTTOM = 20;
const PANE_GAP = 12;
const CANDLE_PX_MIN = 5;

class Chart {
  constructor(box, model) {
    Object.assign(this, model, { box, log: false, point: null, mark: null });
    this.canvas = box.appendChild(document.createElement("canvas"));
    this.tip = box.appendChild(document.createElement("div"));
    this.tip.className = "tip";
    this.tip.hidden = true;
    this.reset = box.appendChild(document.createElement("button"));
    Object.assign(this.reset, { type: "button", className: "tool reset", textContent: "Show all", hidden: true });
    this.reset.addEventListener("click", resetView);
    new ResizeObserver(() => this.draw()).observe(box);
    listen(this);
  }

  get right() {
    return this.box.clientWidth - AXIS_RIGHT;
  }

  x(second) {
    return ((second - view.from) / (view.to - view.from)) * this.right;
  }

  second(x) {
    return view.from + (Math.min(Math.max(0, x), this.right) / this.right) * (view.to - view.from);
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.box;
    if (!width || !height) return;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    const pen = this.canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    pen.textBaseline = "middle";
    const start = Math.max(0, indexAt(this.t, view.from));
    const end = Math.min(this.t.length - 1, indexAt(this.t, view.to) + 1);
    const room = height - AXIS_BOTTOM - PANE_GAP * (this.panes.length - 1) - 6;
    const weights = this.panes.reduce((sum, pane) => sum + pane.weight, 0);
    const times = timeTicks(view.from, view.to, this.right);
    let top = 6;
    for (const pane of this.panes) {
      pane.top = top;
      pane.height = (room * pane.weight) / weights;
      drawPane(pen, this, pane, start, end, times);
      top += pane.height + PANE_GAP;
    }
    drawTimeAxis(pen, this, times, height);
    if (this.t.length === 0) {
      pen.textAlign = "center";
      pen.fillText("Nothing was recorded.", this.right / 2, height / 2);
    }
    if (this.select) drawSelection(pen, this, height);
    drawCrossHair(pen, this, height);
    this.reset.hidden = !zoomed();
  }
}

function scaleOf(pane, chart, start, end) {
  let [low, high] = pane.range ?? [Infinity, -Infinity];
  for (const series of pane.series) {
    for (const values of [series.v, series.low, series.high]) {
      for (let at = start; values && at <= end; at += 1) {
        if (values[at] === null) continue;
        low = Math.min(low, values[at]);
        high = Math.max(high, values[at]);
      }
    }
  }
  if (pane.zero) [low, high] = [Math.min(0, low), Math.max(0, high)];
  if (!(low <= high)) [low, high] = [0, 1];
  if (low === high) [low, high] = [low - (Math.abs(low) * 0.01 || 0.01), high + (Math.abs(high) * 0.01 || 0.01)];
  const log = chart.log && pane.logable && low > 0;
  const warp = log ? Math.log : (value) => value;
  const margin = (warp(high) - warp(low)) * (pane.margin ?? 0.05);
  const bottom = warp(low) - (pane.zero && low === 0 ? 0 : margin);
  const ceiling = warp(high) + (pane.zero && high === 0 ? 0 : margin);
  const unwarp = log ? Math.exp : (value) => value;
  pane.y = (value) => pane.top + pane.height * (1 - (warp(value) - bottom) / (ceiling - bottom));
  pane.value = (y) => unwarp(bottom + (1 - (y - pane.top) / pane.height) * (ceiling - bottom));
  return { low: unwarp(bottom), high: unwarp(ceiling), log };
}

function drawPane(pen, chart, pane, start, end, times) {
  const { low, high, log } = scaleOf(pane, chart, start, end);
  pen.lineWidth = 1;
  pen.strokeStyle = color("--grid");
  pen.fillStyle = color("--quiet");
  pen.textAlign = "left";
  const ticks = valueTicks(low, high, pane.height, log);
  for (const [value, step] of ticks) {
    const y = Math.round(pane.y(value)) + 0.5;
    line(pen, 0, y, chart.right, y);
    if (y > pane.top + 4 && y < pane.top + pane.height + 4) pen.fillText(axisText(value, step, pane.scale), chart.right + 8, y);
  }
  for (const [second] of times) {
    const x = Math.round(chart.x(second)) + 0.5;
    line(pen, x, pane.top, x, pane.top + pane.height);
  }
  pen.save();
  pen.beginPath();
  pen.rect(0, pane.top - 2, chart.right, pane.height + 4);
  pen.clip();
  if (pane.boundaries) drawBoundaries(pen, chart, pane);
  for (const series of pane.series) {
    if (series.band) drawBand(pen, chart, pane, series, start, end);
    else if (series.open) drawBars(pen, chart, pane, series, start, end);
    else drawLine(pen, chart, pane, series, start, end);
  }
  if (pane.marks) drawMarks(pen, chart, pane);
  if (pane.crosses) drawCrosses(pen, chart, pane);
  pen.restore();
  pen.textAlign = "left";
  pen.fillStyle = color("--panel");
  pen.fillRect(0, pane.top, pen.measureText(pane.caption).width + 8, 17);
  pen.fillStyle = color("--quiet");
  pen.fillText(pane.caption, 4, pane.top + 9);
}

function line(pen, x0, y0, x1, y1) {
  pen.beginPath();
  pen.moveTo(x0, y0);
  pen.lineTo(x1, y1);
  pen.stroke();
}

/* A missing value ends a run; the next value starts a new one, so a hole stays a hole. */
function runsOf(values, start, end) {
  const runs = [];
  let run = null;
  for (let at = start; at <= end; at += 1) {
    if (values[at] === null) run = null;
    else if (run) run[1] = at;
    else runs.push((run = [at, at]));
  }
  return runs;
}

function drawLine(pen, chart, pane, series, start, end) {
  pen.strokeStyle = color(series.color);
  pen.lineWidth = series.dash ? 1.1 : 1.4;
  pen.setLineDash(series.dash ? [4, 3] : []);
  pen.lineJoin = "round";
  for (const [first, last] of runsOf(series.v, start, end)) {
    pen.beginPath();
    for (let at = first; at <= last; at += 1) {
      const y = pane.y(series.v[at]);
      if (series.step && at > first) pen.lineTo(chart.x(chart.t[at]), pane.y(series.v[at - 1]));
      pen.lineTo(chart.x(chart.t[at]), y);
    }
    pen.stroke();
    if (!series.area) continue;
    pen.lineTo(chart.x(chart.t[last]), pane.y(0));
    pen.lineTo(chart.x(chart.t[first]), pane.y(0));
    pen.globalAlpha = 0.14;
    pen.fillStyle = color(series.color);
    pen.fill();
    pen.globalAlpha = 1;
  }
  pen.setLineDash([]);
}

/* Candles when there is room (rising hollow, falling filled), else a high-low band and the close. */
function drawBars(pen, chart, pane, series, start, end) {
  const slot = (chart.x(chart.t[end]) - chart.x(chart.t[start])) / Math.max(1, end - start);
  if (slot < CANDLE_PX_MIN) {
    pen.strokeStyle = color("--hold");
    pen.globalAlpha = 0.35;
    pen.lineWidth = 1;
    pen.beginPath();
    for (let at = start; at <= end; at += 1) {
      if (series.v[at] === null) continue;
      const x = chart.x(chart.t[at]);
      pen.moveTo(x, pane.y(series.high[at]) - 0.5);
      pen.lineTo(x, pane.y(series.low[at]) + 0.5);
    }
    pen.stroke();
    pen.globalAlpha = 1;
    drawLine(pen, chart, pane, { v: series.v, color: "--hold" }, start, end);
    return;
  }
  const body = Math.max(2, Math.min(14, slot * 0.64));
  for (let at = start; at <= end; at += 1) {
    if (series.v[at] === null) continue;
    const x = Math.round(chart.x(chart.t[at]));
    const rising = series.v[at] >= series.open[at];
    const [top, low] = [pane.y(Math.max(series.v[at], series.open[at])), pane.y(Math.min(series.v[at], series.open[at]))];
    pen.strokeStyle = color("--hold");
    pen.fillStyle = rising ? color("--panel") : color("--hold");
    pen.lineWidth = 1;
    line(pen, x, pane.y(series.high[at]), x, pane.y(series.low[at]));
    pen.fillRect(x - body / 2, top, body, Math.max(1, low - top));
    pen.strokeRect(x - body / 2, top, body, Math.max(1, low - top));
  }
}

/* The room between two lines, such as percentiles. */
function drawBand(pen, chart, pane, series, start, end) {
  pen.fillStyle = color(series.color);
  pen.globalAlpha = series.band;
  for (const [first, last] of runsOf(series.low, start, end)) {
    pen.beginPath();
    for (let at = first; at <= last; at += 1) pen.lineTo(chart.x(chart.t[at]), pane.y(series.high[at]));
    for (let at = last; at >= first; at -= 1) pen.lineTo(chart.x(chart.t[at]), pane.y(series.low[at]));
    pen.fill();
  }
  pen.globalAlpha = 1;
}

/* Where one span ends and the next begins: every other one is shaded. */
function drawBoundaries(pen, chart, pane) {
  pen.fillStyle = color("--grid");
  pen.globalAlpha = 0.6;
  pane.boundaries.forEach(([from, to], at) => {
    if (at % 2 === 0) pen.fillRect(chart.x(from), pane.top, chart.x(to) - chart.x(from), pane.height);
  });
  pen.globalAlpha = 1;
}
