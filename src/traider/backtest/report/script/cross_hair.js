/* Axis, selection, cross-hair, tooltip. */

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
      if (series.band || series.v[at] == null || series.open) continue;
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
