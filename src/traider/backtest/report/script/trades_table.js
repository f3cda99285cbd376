/* The trades table. */

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
  const rows = tradeRows(table).map((row) => [key(row), row]);
  rows.sort((one, other) => direction * rank(one[0], other[0]));
  table.tBodies[0].append(...rows.flatMap(([, row]) => (whyOf(row) ? [row, whyOf(row)] : [row])));
}
