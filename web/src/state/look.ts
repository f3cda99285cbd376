/** How the dashboard looks here: kept in this browser alone. */

import { create } from "zustand";
import { persist } from "zustand/middleware";

export type Theme = "system" | "light" | "dark";
export type Colors = "green-red" | "blue-orange";

interface Look {
  theme: Theme;
  colors: Colors;
  isRailFolded: boolean;
  setTheme: (theme: Theme) => void;
  setColors: (colors: Colors) => void;
  foldRail: (folded: boolean) => void;
}

export const useLook = create<Look>()(
  persist(
    (set) => ({
      theme: "system",
      colors: "green-red",
      isRailFolded: false,
      setTheme: (theme) => set({ theme }),
      setColors: (colors) => set({ colors }),
      foldRail: (isRailFolded) => set({ isRailFolded }),
    }),
    { name: "traider-look" },
  ),
);

/** Put the look on the page; `public/theme.js` does the same before the first paint. */
export function applyLook(theme: Theme, colors: Colors): void {
  const isDark =
    theme === "dark" || (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
  document.documentElement.dataset.colors = colors;
}
