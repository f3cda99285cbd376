/* Trades on the price chart, and positions closed by force on the equity curve. */

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

/* A cross on the curve where the venue liquidated a position. */
function drawCrosses(pen, chart, pane) {
  pen.strokeStyle = color("--down");
  pen.lineWidth = 2;
  for (const [second] of pane.crosses) {
    if (second < view.from || second > view.to) continue;
    const value = chart.lead[nearest(chart, second)];
    if (value == null) continue;
    const [x, y] = [chart.x(second), pane.y(value)];
    line(pen, x - 4, y - 4, x + 4, y + 4);
    line(pen, x - 4, y + 4, x + 4, y - 4);
  }
}
