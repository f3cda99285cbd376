/* Reading off surfaces by pointer and keyboard. */

function redraw() {} // nothing is drawn by script here; the theme's script asks for it

/* The texts move from the tooltips to the line under the map, which answers at once. */
function readable(map) {
  const readout = map.parentElement.querySelector(".readout");
  const cells = [...map.querySelectorAll("i")];
  const columns = Number(map.style.getPropertyValue("--columns"));
  for (const cell of cells) {
    cell.dataset.text = cell.title;
    cell.removeAttribute("title");
  }
  let at = Math.max(0, cells.findIndex((cell) => cell.classList.contains("best")));
  const show = (place) => {
    cells[at].classList.remove("at");
    at = place;
    cells[at].classList.add("at");
    readout.textContent = cells[at].dataset.text;
  };
  const hide = () => {
    cells[at].classList.remove("at");
    readout.textContent = "";
  };
  map.addEventListener("pointerover", (event) => {
    const place = cells.indexOf(event.target);
    if (place >= 0) show(place);
  });
  map.addEventListener("pointerleave", hide);
  map.addEventListener("focus", () => show(at));
  map.addEventListener("blur", hide);
  map.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
    if (!(event.key in moves) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const place = at + moves[event.key];
    const leaves = Math.abs(moves[event.key]) === 1 && Math.floor(place / columns) !== Math.floor(at / columns);
    if (place >= 0 && place < cells.length && !leaves) show(place);
  });
}

function start() {
  for (const map of document.querySelectorAll("[data-heat]")) readable(map);
  document.getElementById("theme").addEventListener("click", nextTheme);
  applyTheme(storedTheme());
}

applyTheme(storedTheme());
document.addEventListener("DOMContentLoaded", start);
