"use client";

import { useState } from "react";
import { post } from "@/data/client";
import { useMay } from "@/data/session";
import { Switch } from "@/ui/form";
import { Panel } from "@/ui/panel";
import { Answered, TextLink } from "@/ui/states";
import { ChangeForm } from "./change-form";
import { controlled, useSettings } from "./queries";

/** Limits of the gate: in force, off, and to be changed. */
export function Limits() {
  const mayRisk = useMay("risk");
  const [isAll, setAll] = useState(true);
  return (
    <Panel
      title="Limits"
      note={mayRisk ? "lowering acts at once, raising asks for a code" : "to be read"}
      actions={<Switch label="Those that are off" isOn={isAll} onChange={setAll} />}
    >
      <Answered query={useSettings()}>
        {({ groups }) => (
          <>
            <ChangeForm
              settings={controlled(groups, "limits").filter((each) => isAll || each.value !== 0)}
              isReadOnly={!mayRisk}
              send={({ setting, after }, why) =>
                post("/api/v1/control/limits", { body: { name: setting.name, value: after, why } })
              }
            />
            <p className="mt-4 max-w-prose text-quiet">
              An empty field marked “off” is a limit that is off: a number switches it on at once,
              and switching one off asks for a code. How much of each is used stands under{" "}
              <TextLink href="/risk/">Risk</TextLink>.
            </p>
          </>
        )}
      </Answered>
    </Panel>
  );
}
