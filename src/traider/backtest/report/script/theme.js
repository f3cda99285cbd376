/* Theme: follows the system unless the person chose one; the choice is remembered. */

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

const palette = new Map();

function color(name) {
  if (!palette.has(name)) palette.set(name, getComputedStyle(document.documentElement).getPropertyValue(name).trim());
  return palette.get(name);
}
