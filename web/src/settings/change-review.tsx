"use client";

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { post } from "@/data/client";
import { counted } from "@/format/words";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Figure } from "@/ui/figure";
import { Input } from "@/ui/form";
import { Fault } from "@/ui/notice";
import { Answered } from "@/ui/states";
import { useAction } from "@/ui/use-action";
import type { Change, Setting } from "./changes";
import { SETTINGS_KEY } from "./queries";

const ANY = { min: 0, max: 8 } as const;

interface ChangeReviewProps {
  changes: readonly Change[];
  send: (change: Change, why: string) => Promise<unknown>;
  onDone: () => void;
}

/** What changes would do, by the server's word, and the reason that they are sent with. */
export function ChangeReview({ changes, send, onDone }: ChangeReviewProps) {
  const [why, setWhy] = useState("");
  const [done, setDone] = useState<readonly string[]>([]);
  const left = changes.filter(({ setting }) => !done.includes(setting.key));
  const body = {
    changes: changes.map(({ setting, after }) => ({ key: setting.key, value: after })),
  };
  const preview = useQuery({
    queryKey: ["settings", "preview", body],
    queryFn: () => post("/api/v1/settings/preview", { body }),
    staleTime: 0,
  });
  const save = useAction(async () => {
    // One request each: what was done before a refusal is not sent again.
    for (const change of left) {
      await send(change, why);
      setDone((before) => [...before, change.setting.key]);
    }
    onDone();
  }, [SETTINGS_KEY, ["signals"], ["risk"]]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.start(undefined);
  };
  const told = preview.data?.changes ?? [];
  const hasFault = told.some((each) => each.fault !== "");
  const needsCode = told.some((each) => each.wants_fresh_code);
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Answered query={preview} rows={changes.length}>
        {(answer) => (
          <ul className="divide-y divide-line rounded border border-line">
            {changes.map((change, index) => (
              <Line
                key={change.setting.key}
                change={change}
                fault={answer.changes[index]?.fault ?? ""}
                wantsCode={answer.changes[index]?.wants_fresh_code ?? false}
                isDone={done.includes(change.setting.key)}
              />
            ))}
          </ul>
        )}
      </Answered>
      {needsCode && (
        <p className="text-quiet">
          What allows more asks for a code, or for your password; where two people are needed, it
          waits for the second.
        </p>
      )}
      <Input
        autoFocus
        label="Why"
        hint="the audit keeps it"
        required
        maxLength={500}
        value={why}
        onChange={(event) => setWhy(event.target.value)}
      />
      <Fault>{save.error}</Fault>
      <Button
        type="submit"
        tone="primary"
        isBusy={save.isBusy}
        disabled={!why.trim() || left.length === 0 || preview.data === undefined || hasFault}
        className="self-end"
      >
        {done.length > 0 ? `Change the other ${counted(left.length, "value")}` : "Change"}
      </Button>
    </form>
  );
}

function Value({
  setting,
  value,
  look,
}: {
  setting: Setting;
  value: number | string;
  look: string;
}) {
  if (setting.isSwitch) return <span className={look}>{Number(value) ? "on" : "off"}</span>;
  if (setting.mayBeOff && Number(value) === 0) return <span className={look}>off</span>;
  return <Figure value={value} digits={ANY} className={look} />;
}

interface LineProps {
  change: Change;
  fault: string;
  wantsCode: boolean;
  isDone: boolean;
}

function Line({ change, fault, wantsCode, isDone }: LineProps) {
  const { setting, before, after } = change;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
      <span className="flex-1">{setting.label}</span>
      <Value setting={setting} value={before} look="text-quiet line-through" />
      <span aria-label="becomes">→</span>
      <Value setting={setting} value={after} look="font-medium" />
      {setting.unit && <span className="text-xs text-quiet">{setting.unit}</span>}
      {wantsCode && <Badge tone="warn">allows more</Badge>}
      {isDone && <Badge tone="good">sent</Badge>}
      {fault && <Fault>{fault}</Fault>}
    </li>
  );
}
