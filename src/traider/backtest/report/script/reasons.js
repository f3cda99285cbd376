/* Why a trade was made: a row of the table opens the orders behind it. */

const tradeRows = (table) => [...table.tBodies[0].rows].filter((row) => !row.classList.contains("why"));
const whyOf = (row) => (row.nextElementSibling?.classList.contains("why") ? row.nextElementSibling : null);
const openerOf = (row) => row.querySelector("button.opener");

/* The name of each row becomes a button; one of them is in the order of the Tab key, arrows go on from it. */
function explain(table, reasons) {
  tradeRows(table).forEach((row, at) => {
    if (!reasons.trades[row.dataset.number]) return;
    const cell = row.cells[1];
    const button = element("button", "opener", cell.textContent);
    Object.assign(button, { type: "button", tabIndex: at === 0 ? 0 : -1, ariaExpanded: "false" });
    button.setAttribute("aria-label", `${cell.textContent}, trade ${row.dataset.number}: reasons`);
    cell.replaceChildren(button);
    row.classList.add("told");
  });
  table.tBodies[0].addEventListener("click", (event) => {
    const row = event.target.closest("tr.told");
    if (row && String(getSelection()) === "") toggleWhy(table, row, reasons);
  });
  table.tBodies[0].addEventListener("keydown", (event) => moveInTable(table, event, reasons));
}

function moveInTable(table, event, reasons) {
  const row = event.target.closest("tr");
  const told = row?.classList.contains("why") ? row.previousElementSibling : row;
  if (event.key === "Escape" && told && whyOf(told)) {
    toggleWhy(table, told, reasons);
    openerOf(told).focus();
    return;
  }
  if (!event.target.classList.contains("opener")) return;
  const rows = tradeRows(table).filter(openerOf);
  const at = rows.indexOf(told);
  const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 };
  if (!(event.key in moves)) return;
  event.preventDefault();
  focusRow(table, rows[Math.min(Math.max(0, moves[event.key]), rows.length - 1)]);
}

function focusRow(table, row) {
  for (const button of table.querySelectorAll("button.opener[tabindex='0']")) button.tabIndex = -1;
  openerOf(row).tabIndex = 0;
  openerOf(row).focus();
}

function toggleWhy(table, row, reasons) {
  const opened = whyOf(row);
  const button = openerOf(row);
  button.ariaExpanded = String(!opened);
  if (opened) {
    opened.remove();
    button.removeAttribute("aria-controls");
    return;
  }
  const why = element("tr", "why");
  const cell = why.appendChild(document.createElement("td"));
  why.id = `why-${row.dataset.number}`;
  cell.colSpan = row.cells.length;
  cell.append(...tradeStory(row, reasons));
  button.setAttribute("aria-controls", why.id);
  row.after(why);
}

/* A click on a triangle of the price chart opens its trade. */
function showTrade(number) {
  const table = document.getElementById("trades");
  const row = table && tradeRows(table).find((one) => one.dataset.number === String(number));
  if (!row || !openerOf(row)) return;
  if (!whyOf(row)) openerOf(row).click();
  focusRow(table, row);
  row.scrollIntoView({ block: "nearest" });
}

/* --- Words --- */

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function tradeStory(row, reasons) {
  const [notes, orders, left] = reasons.trades[row.dataset.number];
  const parts = notes.map((note) => element("p", "quiet", note));
  parts.push(...orders.map((order) => orderStory(order, reasons)));
  if (left) parts.push(element("p", "quiet", `${left} orders between them are in reasons.parquet.`));
  return parts;
}

function orderStory(order, reasons) {
  const story = element("section", "order");
  story.append(element("h3", "", `${order.role[0].toUpperCase()}${order.role.slice(1)}: ${order.terms}`));
  const facts = story.appendChild(element("dl", "why-facts"));
  const fact = (label, text) => facts.append(element("dt", "", label), element("dd", "", text));
  fact("Decided", `${order.when}, on event ${order.event} of the journal`);
  if (order.manual) fact("Asked for by", "a person");
  else fact("Scores", storyOf(order, reasons));
  if (!order.manual) fact("Target", `${order.exposure} of equity ${order.equity}`);
  fact("Gate", order.check);
  fact("Outcome", order.outcome);
  const tables = story.appendChild(element("div", "why-tables"));
  if (order.checks.length) tables.append(checkTable(order, reasons));
  if (order.manual) return story;
  if (reasons.alphas.length) tables.append(scoreTable(order, reasons));
  if (reasons.features.length) tables.append(featureTable(order, reasons));
  return story;
}

function storyOf(order, reasons) {
  const spoken = reasons.alphas.map(([name], at) => `${name} ${order.scores[at][0]}`).join(", ");
  return `${spoken}; together ${order.combined}, enters at ${reasons.enter}, leaves below ${reasons.exit}`;
}

function scoreTable(order, reasons) {
  const rows = reasons.alphas.map(([name, weight], at) => [name, ...order.scores[at], weight]);
  return whyTable(["Alpha", "Score", "Confidence", "Weight"], rows);
}

function checkTable(order, reasons) {
  const rows = order.checks.map(([at, number]) => [reasons.limits[at][0], number, reasons.limits[at][1]]);
  return whyTable(["Check of the gate", "Measured", "Limit"], rows);
}

function featureTable(order, reasons) {
  return whyTable(["Feature read", "Value"], reasons.features.map((name, at) => [name, order.values[at]]));
}

function whyTable(heads, rows) {
  const table = element("table", "why-table");
  const head = table.createTHead().insertRow();
  heads.forEach((text, at) => {
    const cell = head.appendChild(element("th", at ? "number" : "", text));
    cell.scope = "col";
  });
  const body = table.createTBody();
  for (const [name, ...values] of rows) {
    const row = body.insertRow();
    row.appendChild(element("th", "", name)).scope = "row";
    for (const value of values) row.appendChild(element("td", "number", value));
  }
  return table;
}
