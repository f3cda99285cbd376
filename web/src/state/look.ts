/** How the dashboard looks: kept in this browser, and with the account once somebody is in. */

import { create } from "zustand";
import { persist } from "zustand/middleware";
import { type ClockKind, setClockKind } from "@/format/time";

export type Theme = "system" | "light" | "dark";
export type Colors = "green-red" | "blue-orange";
export type Density = "comfortable" | "compact";

/** What somebody chooses; the server keeps the same under the names of its API. */
export interface Choices {
  theme: Theme;
  colors: Colors;
  clock: ClockKind;
  density: Density;
  isRailFolded: boolean;
}

interface Look extends Choices {
  choose: (choices: Partial<Choices>) => void;
  setTheme: (theme: Theme) => void;
  foldRail: (folded: boolean) => void;
}

/** How everybody has it at first. */
export const AT_FIRST: Choices = {
  theme: "system",
  colors: "green-red",
  clock: "local",
  density: "comfortable",
  isRailFolded: false,
};

export const useLook = create<Look>()(
  persist(
    (set) => ({
      ...AT_FIRST,
      choose: (choices) => set(choices),
      setTheme: (theme) => set({ theme }),
      foldRail: (isRailFolded) => set({ isRailFolded }),
    }),
    { name: "traider-look" },
  ),
);

/** Return the choices of a look alone. */
export function choicesOf(look: Choices): Choices {
  const { theme, colors, clock, density, isRailFolded } = look;
  return { theme, colors, clock, density, isRailFolded };
}

/** Put the look on the page; `public/theme.js` does the same before the first paint. */
export function applyLook({ theme, colors, clock, density }: Choices): void {
  const isDark =
    theme === "dark" || (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  const { dataset } = document.documentElement;
  dataset.theme = isDark ? "dark" : "light";
  dataset.colors = colors;
  dataset.density = density;
  setClockKind(clock);
}
