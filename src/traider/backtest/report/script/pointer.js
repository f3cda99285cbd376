/* Pointer and keyboard. */

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
    } else if (event.type === "pointerup" && event.pointerType === "mouse" && chart.mark) showTrade(chart.mark[7]);
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
