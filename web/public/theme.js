// Runs before the first paint, so that no page flashes in the other theme.
(function () {
  var kept = {};
  try {
    kept = JSON.parse(localStorage.getItem("traider-look") || "{}").state || {};
  } catch (fault) {
    kept = {};
  }
  var dark = kept.theme ? kept.theme === "dark" : null;
  if (kept.theme === "system" || dark === null) {
    dark = matchMedia("(prefers-color-scheme: dark)").matches;
  }
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  document.documentElement.dataset.colors = kept.colors || "green-red";
  document.documentElement.dataset.density = kept.density || "comfortable";
})();
