"use client";

import type { ReactNode } from "react";
import type { ClockKind } from "@/format/time";
import { type Colors, type Density, type Theme, useLook } from "@/state/look";
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

const CLOCKS: { value: ClockKind; label: string }[] = [
  { value: "local", label: "Here" },
  { value: "utc", label: "UTC" },
];

const DENSITIES: { value: Density; label: string }[] = [
  { value: "comfortable", label: "Comfortable" },
  { value: "compact", label: "Compact" },
];

function Line({ words, children }: { words: ReactNode; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-2">
      <span>{words}</span>
      {children}
    </div>
  );
}

/** How the dashboard looks for whoever is in. */
export function LookChoices() {
  const look = useLook();
  const colors = (
    <>
      Gains and losses: <span className="text-up">▲ up</span>{" "}
      <span className="text-down">▼ down</span>
    </>
  );
  return (
    <div className="flex flex-col gap-4">
      <Line words="Theme">
        <Choice label="Theme" value={look.theme} options={THEMES} onChange={look.setTheme} />
      </Line>
      <Line words={colors}>
        <Choice
          label="Colors of gains and losses"
          value={look.colors}
          options={COLORS}
          onChange={(value) => look.choose({ colors: value })}
        />
      </Line>
      <Line words="Times; the other on hover">
        <Choice
          label="Zone of times"
          value={look.clock}
          options={CLOCKS}
          onChange={(clock) => look.choose({ clock })}
        />
      </Line>
      <Line words="Rows of tables">
        <Choice
          label="Rows of tables"
          value={look.density}
          options={DENSITIES}
          onChange={(density) => look.choose({ density })}
        />
      </Line>
    </div>
  );
}
