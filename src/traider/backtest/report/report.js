"use strict";
/* The report's own script: theme, time charts on canvas, sorting. It asks the network for nothing.
   All time charts share one view (from, to, hover), so zooming or pointing in one moves the others. */
(() => {
  const DASH = "\u2014";
  const MINUS = "\u2212";
  const DAY = 86400;
  const YEAR = 365.25 * DAY;
  const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const SPAN_MIN = 600;
  const AXIS_RIGHT = 66;
  const AXIS_BOTTOM = 20;
  const PANE_GAP = 12;
  const CANDLE_PX_MIN = 5;

  /* --- Theme: follows the system unless the person chose one; the choice is remembered. --- */

  const THEMES = ["system", "light", "dark"];
  const THEME_KEY = "traider-report-theme";

  function storedTheme() {
    try {
      const name = localStorage.getItem(THEME_KEY);
      return THEMES.includes(name) ? name : "system";
    } catch {
      return "system"; // storage may be closed to local files
    }
  }

  function applyTheme(name) {
    if (name === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
    const button = document.getElementById("theme");
    if (button) button.textContent = `Theme: ${name}`;
    redraw();
  }

  function nextTheme() {
    const name = THEMES[(THEMES.indexOf(storedTheme()) + 1) % THEMES.length];
    try {
      localStorage.setItem(THEME_KEY, name);
    } catch {
      /* not remembered, still applied */
    }
    applyTheme(name);
  }

  function color(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  /* --- Words for numbers and times --- */

  function grouped(value, digits) {
    const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return Math.abs(value).toLocaleString("en-US", options);
  }

  function signed(value, text) {
    return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
  }

  function digitsFor(value) {
    const size = Math.abs(value);
    if (size >= 1000 || size === 0) return 2;
    return Math.min(10, Math.max(2, 5 - Math.floor(Math.log10(size))));
  }

  const amount = (value) => (value === null ? DASH : signed(value, grouped(value, digitsFor(value))));
  const share = (value) => (value === null ? DASH : signed(value, `${grouped(value * 100, 2)}%`));

  function axisText(value, step, scale) {
    const shown = value * scale;
    const digits = Math.max(0, -Math.floor(Math.log10(Math.abs(step * scale)) + 1e-9));
    if (scale === 1 && Math.abs(shown) >= 1e6) {
      const compact = { notation: "compact", maximumSignificantDigits: 4 };
      return signed(shown, Math.abs(shown).toLocaleString("en-US", compact));
    }
    return signed(shown, grouped(shown, Math.min(10, digits))) + (scale === 100 ? "%" : "");
  }

  const two = (value) => String(value).padStart(2, "0");

  function timeText(second) {
    const at = new Date(second * 1000);
    const day = `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`;
    return `${day} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())} UTC`;
  }

  /* --- Ticks --- */

  function niceStep(range, count) {
    const rough = range / Math.max(1, count);
    const power = 10 ** Math.floor(Math.log10(rough));
    return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough * 0.999);
  }

  function valueTicks(low, high, pixels, log) {
    if (log) {
      const ticks = [];
      for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
        for (const factor of [1, 2, 5]) ticks.push([factor * 10 ** power, 10 ** power]);
      }
      const inside = ticks.filter(([value]) => value >= low && value <= high);
      if (inside.length >= 3) return inside;
    }
    const step = niceStep(high - low, pixels / 48);
    const ticks = [];
    for (let at = Math.ceil(low / step); at * step <= high; at += 1) ticks.push([at * step, step]);
    return ticks;
  }

  const FIXED_STEPS = [60, 300, 900, 1800, 3600, 10800, 21600, 43200, DAY, 2 * DAY, 4 * DAY, 7 * DAY, 14 * DAY];
  const MONTH_STEPS = [1, 3, 6, 12, 24, 60, 120];

  function timeTicks(from, to, pixels) {
    const rough = (to - from) / Math.max(2, pixels / 84);
    const step = FIXED_STEPS.find((size) => size >= rough);
    const ticks = [];
    if (step) {
      for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push([at, fixedLabel(at, step)]);
      return ticks;
    }
    const months = MONTH_STEPS.find((size) => size * 30.4 * DAY >= rough) || 240;
    const first = new Date(from * 1000);
    const start = Math.floor((first.getUTCFullYear() * 12 + first.getUTCMonth()) / months) * months;
    for (let month = start; ; month += months) {
      const at = Date.UTC(Math.floor(month / 12), month % 12, 1) / 1000;
      if (at > to) return ticks;
      if (at < from) continue;
      const year = String(Math.floor(month / 12));
      ticks.push([at, month % 12 === 0 ? year : `${MONTHS[month % 12]}${ticks.length ? "" : ` ${year}`}`]);
    }
  }

  function fixedLabel(second, step) {
    const at = new Date(second * 1000);
    const day = `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}`;
    return step >= DAY || second % DAY === 0 ? day : `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
  }

  /* --- The shared view --- */

  const view = { first: 0, last: 1, from: 0, to: 1, hover: null };
  const charts = [];
  let queued = false;

  function redraw() {
    if (queued) return;
    queued = true;
    requestAnimationFrame(() => {
      queued = false;
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

  /* --- One chart: panes above one another over one time axis --- */

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
      if (this.select) drawSelection(pen, this, height);
      drawCrossHair(pen, this, height);
      this.reset.hidden = !zoomed();
    }
  }

  function scaleOf(pane, chart, start, end) {
    let low = Infinity;
    let high = -Infinity;
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
    const margin = (warp(high) - warp(low)) * 0.05;
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
    for (const series of pane.series) {
      if (series.open) drawBars(pen, chart, pane, series, start, end);
      else drawLine(pen, chart, pane, series, start, end);
    }
    if (pane.marks) drawMarks(pen, chart, pane);
    pen.restore();
    pen.fillStyle = color("--quiet");
    pen.fillText(pane.caption, 4, pane.top + 8);
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

  /* --- Trades on the price chart --- */

  function drawMarks(pen, chart, pane) {
    chart.targets = [];
    const visible = pane.marks.filter((mark) => mark[2] <= view.to && (mark[3] ?? view.to) >= view.from);
    const size = visible.length > 160 ? 4 : visible.length > 50 ? 5 : 6.5;
    for (const mark of visible) {
      const [, side, opened, closed, entry, exit] = mark;
      triangle(pen, chart, pane, mark, opened, entry, side > 0, true, size);
      if (closed !== null) triangle(pen, chart, pane, mark, closed, exit, side < 0, false, size);
    }
    if (!chart.mark) return;
    const [, , opened, closed, entry, exit] = chart.mark;
    pen.strokeStyle = color("--text");
    pen.lineWidth = 1;
    pen.setLineDash([2, 2]);
    line(pen, chart.x(opened), pane.y(entry), chart.x(closed ?? view.last), pane.y(exit));
    pen.setLineDash([]);
  }

  function triangle(pen, chart, pane, mark, second, price, buys, filled, size) {
    const x = chart.x(second);
    if (x < -size || x > chart.right + size) return;
    const tip = pane.y(price);
    const base = buys ? tip + size * 1.6 : tip - size * 1.6;
    pen.beginPath();
    pen.moveTo(x, tip);
    pen.lineTo(x - size, base);
    pen.lineTo(x + size, base);
    pen.closePath();
    const chosen = mark === chart.mark;
    pen.fillStyle = filled ? color(buys ? "--up" : "--down") : color("--panel");
    pen.strokeStyle = chosen ? color("--text") : color(buys ? "--up" : "--down");
    pen.lineWidth = chosen ? 2 : 1.2;
    pen.fill();
    pen.stroke();
    chart.targets.push([x, (tip + base) / 2, mark]);
  }

  function markNear(chart, x, y, reach) {
    let best = null;
    let distance = reach;
    for (const [atX, atY, mark] of chart.targets || []) {
      const far = Math.hypot(atX - x, atY - y);
      if (far < distance) [best, distance] = [mark, far];
    }
    return best;
  }

  /* --- Axis, selection, cross-hair, tooltip --- */

  function drawTimeAxis(pen, chart, times, height) {
    pen.fillStyle = color("--quiet");
    pen.textAlign = "center";
    for (const [second, text] of times) {
      const x = chart.x(second);
      if (x > 16 && x < chart.right - 8) pen.fillText(text, x, height - 8);
    }
    pen.textAlign = "left";
    pen.fillText("UTC", chart.right + 8, height - 8);
  }

  function drawSelection(pen, chart, height) {
    const [x0, x1] = chart.select;
    pen.fillStyle = color("--accent");
    pen.globalAlpha = 0.15;
    pen.fillRect(Math.min(x0, x1), 0, Math.abs(x1 - x0), height - AXIS_BOTTOM);
    pen.globalAlpha = 1;
  }

  function drawCrossHair(pen, chart, height) {
    const shown = view.hover !== null && view.hover >= view.from && view.hover <= view.to && chart.t.length > 0;
    if (!shown) {
      chart.tip.hidden = true;
      return;
    }
    const at = nearest(chart, view.hover);
    const x = Math.round(chart.x(chart.t[at])) + 0.5;
    pen.strokeStyle = color("--quiet");
    pen.lineWidth = 1;
    pen.setLineDash([3, 3]);
    line(pen, x, 0, x, height - AXIS_BOTTOM);
    pen.setLineDash([]);
    for (const pane of chart.panes) {
      for (const series of pane.series) {
        if (series.v[at] == null || series.open) continue;
        pen.fillStyle = color(series.color);
        pen.beginPath();
        pen.arc(x, pane.y(series.v[at]), 3, 0, 2 * Math.PI);
        pen.fill();
      }
      if (chart.point) drawLevel(pen, chart, pane);
    }
    showTip(chart, at, x);
  }

  function drawLevel(pen, chart, pane) {
    const y = chart.point[1];
    if (y < pane.top || y > pane.top + pane.height) return;
    pen.setLineDash([3, 3]);
    line(pen, 0, y, chart.right, y);
    pen.setLineDash([]);
    const value = pane.value(y);
    const [low, high] = [pane.value(pane.top + pane.height), pane.value(pane.top)];
    pen.fillStyle = color("--text");
    pen.fillRect(chart.right + 2, y - 9, AXIS_RIGHT - 2, 18);
    pen.fillStyle = color("--panel");
    pen.fillText(axisText(value, Math.abs(high - low) / 200, pane.scale), chart.right + 8, y);
  }

  function showTip(chart, at, x) {
    if (!chart.point && !chart.keyed) {
      chart.tip.hidden = true;
      return;
    }
    const lines = chart.mark ? chart.mark[6].map((text) => [text]) : chart.words(at);
    chart.tip.replaceChildren(...lines.map(tipLine));
    chart.tip.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = chart.tip;
    const left = x + 14 + width < chart.right ? x + 14 : Math.max(2, x - width - 14);
    const y = chart.point ? chart.point[1] - height - 12 : 28;
    const top = Math.min(Math.max(2, y), chart.box.clientHeight - height - 2);
    chart.tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  function tipLine([label, value], at) {
    if (value === undefined) {
      const head = document.createElement(at === 0 ? "b" : "div");
      head.textContent = label;
      return head;
    }
    const row = document.createElement("div");
    row.className = "pair";
    for (const text of [label, value]) row.appendChild(document.createElement("span")).textContent = text;
    return row;
  }

  /* --- Pointer and keyboard --- */

  function listen(chart) {
    const { box } = chart;
    const fingers = new Map();
    const place = (event) => {
      const frame = box.getBoundingClientRect();
      return [event.clientX - frame.left, event.clientY - frame.top];
    };
    const point = (event) => {
      chart.point = place(event);
      chart.keyed = false;
      chart.mark = markNear(chart, ...chart.point, event.pointerType === "touch" ? 26 : 12);
      view.hover = chart.second(chart.point[0]);
    };
    const leave = () => {
      Object.assign(chart, { point: null, mark: null, select: null, keyed: false });
      view.hover = null;
      redraw();
    };
    box.addEventListener("pointerdown", (event) => {
      if (event.target === chart.reset || event.button !== 0) return;
      fingers.set(event.pointerId, place(event));
      if (event.pointerType === "mouse") {
        const [x] = place(event);
        chart.select = [x, x];
        box.setPointerCapture(event.pointerId);
      } else if (fingers.size === 2) {
        chart.pinch = [...fingers.values()].map(([x]) => chart.second(x));
      }
      point(event);
      redraw();
    });
    box.addEventListener("pointermove", (event) => {
      if (fingers.has(event.pointerId)) fingers.set(event.pointerId, place(event));
      if (fingers.size === 2 && chart.pinch) pinch(chart, [...fingers.values()]);
      if (chart.select) chart.select[1] = Math.min(Math.max(0, place(event)[0]), chart.right);
      point(event);
      redraw();
    });
    const release = (event) => {
      fingers.delete(event.pointerId);
      if (fingers.size < 2) chart.pinch = null;
      const chosen = chart.select;
      chart.select = null;
      if (event.type === "pointerup" && chosen && Math.abs(chosen[1] - chosen[0]) > 6) {
        setView(...chosen.map((x) => chart.second(x)).sort((one, other) => one - other));
      }
      redraw();
    };
    box.addEventListener("pointerup", release);
    box.addEventListener("pointercancel", release);
    box.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && leave());
    box.addEventListener("blur", leave);
    box.addEventListener("dblclick", resetView);
    box.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return; // a plain wheel scrolls the page
      event.preventDefault();
      zoomAt(chart.second(place(event)[0]), Math.exp(Math.max(-60, Math.min(60, event.deltaY)) / 200));
    }, { passive: false });
    box.addEventListener("keydown", (event) => {
      if (event.target === box && !event.ctrlKey && !event.altKey && !event.metaKey) steer(chart, event);
    });
  }

  function pinch(chart, [one, other]) {
    const gap = other[0] - one[0];
    if (Math.abs(gap) < 12) return;
    const rate = (chart.pinch[1] - chart.pinch[0]) / gap;
    if (rate <= 0) return;
    const from = chart.pinch[0] - one[0] * rate;
    setView(from, from + chart.right * rate);
  }

  function steer(chart, event) {
    const at = nearest(chart, view.hover ?? (view.from + view.to) / 2);
    const stride = Math.max(1, Math.round((event.shiftKey ? 0.1 : 0.01) * (indexAt(chart.t, view.to) - indexAt(chart.t, view.from))));
    const moves = { ArrowLeft: at - stride, ArrowRight: at + stride, Home: 0, End: chart.t.length - 1 };
    if (event.key in moves) {
      const second = chart.t[Math.min(Math.max(0, moves[event.key]), chart.t.length - 1)];
      view.hover = second;
      const shift = second < view.from ? second - view.from : Math.max(0, second - view.to);
      setView(view.from + shift, view.to + shift);
    } else if (event.key === "+" || event.key === "=") zoomAt(view.hover ?? chart.t[at], 0.7);
    else if (event.key === "-") zoomAt(view.hover ?? chart.t[at], 1 / 0.7);
    else if (event.key === "0" || event.key === "Escape") resetView();
    else return;
    event.preventDefault();
    Object.assign(chart, { point: null, mark: null, keyed: true });
    if (chart.t.length) {
      const words = chart.words(nearest(chart, view.hover ?? chart.t[at]));
      document.getElementById("spoken").textContent = words.map((pair) => pair.join(" ")).join(", ");
    }
    redraw();
  }

  /* --- What each chart shows --- */

  function equityModel(data) {
    const { equity, currency } = data;
    return {
      t: equity.t,
      lead: equity.nav,
      panes: [
        { weight: 3, scale: 1, logable: true, caption: currency, series: [
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

  function priceModel(data, index) {
    const { t, open, high, low, close, name } = data.prices[index];
    return {
      t,
      lead: close,
      panes: [{ weight: 1, scale: 1, logable: true, caption: "Price", series: [{ v: close, open, high, low, color: "--hold" }],
        marks: data.trades.filter((mark) => mark[0] === index) }],
      words: (at) => [
        [`${name} ${timeText(t[at])}`], ["Open", amount(open[at])], ["High", amount(high[at])],
        ["Low", amount(low[at])], ["Close", amount(close[at])],
      ],
    };
  }

  /* --- The trades table --- */

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

  function start() {
    const data = JSON.parse(document.getElementById("data").textContent);
    const times = [data.equity.t, ...data.prices.map((series) => series.t)].filter((list) => list.length > 0);
    view.first = view.from = Math.min(...times.map((list) => list[0]), Infinity);
    view.last = view.to = Math.max(...times.map((list) => list[list.length - 1]), -Infinity);
    if (!(view.last > view.first)) Object.assign(view, { first: 0, from: 0, last: YEAR, to: YEAR });
    const spoken = document.body.appendChild(document.createElement("div"));
    Object.assign(spoken, { id: "spoken", className: "hidden", ariaLive: "polite" });
    for (const box of document.querySelectorAll("[data-chart]")) {
      const model = box.dataset.price !== undefined ? priceModel(data, Number(box.dataset.price))
        : box.dataset.chart === "equity" ? equityModel(data) : exposureModel(data);
      charts.push(new Chart(box, model));
    }
    for (const button of document.querySelectorAll("[data-log]")) {
      const chart = charts.find((one) => one.box.dataset.chart === button.dataset.log);
      button.addEventListener("click", () => {
        chart.log = !chart.log;
        button.setAttribute("aria-pressed", String(chart.log));
        redraw();
      });
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
      for (const chart of charts) chart.draw();
    });
    addEventListener("afterprint", () => applyTheme(storedTheme()));
  }

  applyTheme(storedTheme());
  document.addEventListener("DOMContentLoaded", start);
})();
