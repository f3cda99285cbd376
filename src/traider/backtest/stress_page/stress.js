/* The page of a stress test draws nothing: its bars are part of the page. Only the theme acts. */

applyTheme(storedTheme());
document.addEventListener("DOMContentLoaded", () => openPage([], () => null));
