/* What the page of weights draws: a line a method. */

/* Equal weight first; colors that come again are dashed. */
const LINES = [["--hold", true], ["--up", false], ["--down", false], ["--net", false], ["--warn", false], ["--text", false], ["--up", true]];

function wealthModel({ t, methods }) {
  return {
    t,
    lead: methods[0].wealth,
    panes: [
      { weight: 1, scale: 1, logable: true, caption: "Growth of 1", series: methods.map(({ wealth }, at) => (
        { v: wealth, color: LINES[at % LINES.length][0], dash: LINES[at % LINES.length][1] })) },
    ],
    words: (at) => [[timeText(t[at])], ...methods.map(({ name, wealth }) => [name, wealth[at] === null ? DASH : wealth[at].toFixed(3)])],
  };
}

function fillLegend({ methods }) {
  const list = document.getElementById("lines");
  methods.forEach(({ name }, at) => {
    const item = document.createElement("li");
    const [color, dashed] = LINES[at % LINES.length];
    item.textContent = name;
    item.className = dashed ? "k-line dashed" : "k-line";
    item.style.color = `var(${color})`;
    list.append(item);
  });
}

function start() {
  const data = pageData();
  fillLegend(data);
  openPage([data.t], () => wealthModel(data));
}

applyTheme(storedTheme());
document.addEventListener("DOMContentLoaded", start);
