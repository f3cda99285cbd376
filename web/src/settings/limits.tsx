"use client";

import { post } from "@/data/client";
import { useMay } from "@/data/session";
import { useStatus } from "@/data/status";
import { capital, spaced } from "@/format/words";
import { Panel } from "@/ui/panel";
import { Skeleton, TextLink } from "@/ui/states";
import { ChangeForm } from "./change-form";
import type { Setting } from "./changes";

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/_bps$/, "basis points"],
  [/_s$/, "seconds"],
  [/notional/, "account's currency"],
  [/per_minute/, "a minute"],
  [/exposure|drawdown|loss|correlation/, "fraction of equity"],
  [/leverage/, "times equity"],
];

/** Return the unit of a limit by its name; nothing where the name says none. */
export function unitOf(name: string): string | undefined {
  return HINTS.find(([pattern]) => pattern.test(name))?.[1];
}

/** Limits of the gate, in force and to be changed. */
export function Limits() {
  const status = useStatus();
  const mayRisk = useMay("risk");
  const settings: Setting[] = Object.entries(status?.limits ?? {})
    .map(([name, value]) => ({ name, label: capital(spaced(name)), value, hint: unitOf(name) }))
    .sort((one, other) => one.label.localeCompare(other.label));
  return (
    <Panel
      title="Limits"
      note={mayRisk ? "lowering acts at once, raising asks for a code" : "to be read"}
    >
      {status === undefined ? (
        <Skeleton />
      ) : (
        <>
          <ChangeForm
            settings={settings}
            warnsOfRaise
            isReadOnly={!mayRisk}
            send={({ name, after }, why) =>
              post("/api/v1/control/limits", { body: { name, value: after, why } })
            }
          />
          <p className="mt-4 text-quiet">
            How much of each is used stands under <TextLink href="/risk/">Risk</TextLink>.
          </p>
        </>
      )}
    </Panel>
  );
}
