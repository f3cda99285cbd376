/** Colors of the page, for charts, which draw on a canvas and know no style sheet. */

import { useEffect, useState } from "react";

export const INKS = [
  "text", "quiet", "line", "line-strong", "panel", "accent", "up", "down", "warn", "bad", "good",
] as const; // prettier-ignore
export type Ink = (typeof INKS)[number];
export type Inks = Record<Ink, string>;

function inksNow(): Inks {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(
    INKS.map((ink) => [ink, style.getPropertyValue(`--${ink}`).trim()]),
  ) as Inks;
}

/** Return the colors in force, anew when the theme or the color set changes. */
export function useInks(): Inks | null {
  const [inks, setInks] = useState<Inks | null>(null);
  useEffect(() => {
    const read = () => setInks(inksNow());
    read();
    const observer = new MutationObserver(read);
    observer.observe(document.documentElement, {
      attributeFilter: ["data-theme", "data-colors"],
    });
    return () => observer.disconnect();
  }, []);
  return inks;
}

/** Return a color with an opacity, as a canvas takes it. */
export function faded(color: string, opacity: number): string {
  const hex = /^#([0-9a-f]{6})$/i.exec(color)?.[1];
  if (hex === undefined) return color;
  const alpha = Math.round(opacity * 255)
    .toString(16)
    .padStart(2, "0");
  return `#${hex}${alpha}`;
}
