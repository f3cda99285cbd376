"use client";

import { type Colors, type Theme, useLook } from "@/state/look";
import { Choice } from "@/ui/form";

const THEMES: { value: Theme; label: string }[] = [
  { value: "system", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

const COLORS: { value: Colors; label: string }[] = [
  { value: "green-red", label: "Green and red" },
  { value: "blue-orange", label: "Blue and orange" },
];

/** How the dashboard looks in this browser. */
export function LookChoices() {
  const look = useLook();
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <span>Theme</span>
        <Choice label="Theme" value={look.theme} options={THEMES} onChange={look.setTheme} />
      </div>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <span>
          Gains and losses: <span className="text-up">▲ up</span>{" "}
          <span className="text-down">▼ down</span>
        </span>
        <Choice
          label="Colors of gains and losses"
          value={look.colors}
          options={COLORS}
          onChange={look.setColors}
        />
      </div>
    </div>
  );
}
