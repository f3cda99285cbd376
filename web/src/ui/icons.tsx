/** Line icons of 16 by 16, drawn here, so that none comes from elsewhere. */

const PATHS = {
  overview: "M2 9.5 5.5 6l2.5 2.5L14 3M2 13.5h12",
  market: "M4 2.5v2m0 6v3M2.5 4.5h3v6h-3zM12 2.5v3m0 5v3M10.5 5.5h3v5h-3zM8 4v8",
  signals: "M2 8h2l1.5-4 3 8L10.5 6l1 2H14",
  orders: "M3 3.500h10M3 8h10M3 12.500h6",
  risk: "M8 2 3 4v4c0 3 2 5 5 6 3-1 5-3 5-6V4z",
  performance: "M2.5 13.500v-4m3.7 4v-7m3.7 7v-5m3.6 5v-10",
  analysis: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zm3.5-1.500L14 14",
  data: "M3 4c0-1 2.2-2 5-2s5 1 5 2-2.2 2-5 2-5-1-5-2zm0 0v8c0 1 2.2 2 5 2s5-1 5-2V4M3 8c0 1 2.2 2 5 2s5-1 5-2",
  system: "M2.5 3h11v4h-11zm0 6h11v4h-11zM5 5h.01M5 11h.01",
  settings: "M2.5 4.500h6m4 0h1m-11 7h1m4 0h6M8.5 3v3h3V3zm-4 7v3h3v-3z",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zm3.5-1.500L14 14",
  close: "m3.5 3.5 9 9m0-9-9 9",
  fold: "M10 3 5 8l5 5",
  unfold: "m6 3 5 5-5 5",
  up: "M8 3.5 13 11H3z",
  down: "M8 12.5 13 5H3z",
  check: "m3 8.5 3.5 3.500L13 4.5",
  warning: "M8 2 1.5 13.500h13zm0 4.500V10m0 1.800v.1",
  stop: "M5.3 2h5.400L14 5.300v5.400L10.7 14H5.300L2 10.700V5.300zM5.5 8h5",
  menu: "M2 4h12M2 8h12M2 12h12",
  download: "M8 2v8m-3-3 3 3 3-3M2.5 13.500h11",
  copy: "M5.5 5.500h8v8h-8zm-3 5v-8h8",
  person: "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zm-5.5 6c.5-3 2.5-4.5 5.5-4.500s5 1.5 5.5 4.5",
} as const;

export type IconName = keyof typeof PATHS;

const FILLED: ReadonlySet<IconName> = new Set(["up", "down"]);

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  const isFilled = FILLED.has(name);
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill={isFilled ? "currentColor" : "none"}
      stroke={isFilled ? "none" : "currentColor"}
      strokeWidth={1.4}
      strokeLinecap="round"
      strokeLinejoin="round"
      className="shrink-0"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
