"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { post } from "@/data/client";
import { linesOf } from "@/data/problem";
import { number } from "@/format/number";
import { capital, spaced } from "@/format/words";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Input } from "@/ui/form";
import { limitChange, needsCode } from "./limit-use";

/** A limit that is to be changed. */
export interface LimitNow {
  readonly name: string;
  readonly value: string;
  /** What the value counts. */
  readonly unit: string;
  /** Whether a larger value lets more through. */
  readonly isLargerLooser: boolean;
}

const WORDS = {
  none: "That is what it is now.",
  tightens: "Lets less through. It acts at once.",
  "switches on": "Switches the check on. It acts at once.",
  loosens: "Lets more through: you are asked for a code, unless you just gave one.",
  "switches off": "Switches the check off: you are asked for a code, unless you just gave one.",
  wrong: "A number such as 0.25.",
} as const;

function Form({ limit, onDone }: { limit: LimitNow; onDone: () => void }) {
  const [value, setValue] = useState(limit.value);
  const [why, setWhy] = useState("");
  const queries = useQueryClient();
  const change = limitChange(limit.value, value, limit.isLargerLooser);
  const setting = useMutation({
    mutationFn: () =>
      post("/api/v1/control/limits", { body: { name: limit.name, value: value.trim(), why } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["risk"] });
      onDone();
    },
  });
  const isChange = change !== "none" && change !== "wrong";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isChange) setting.mutate();
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Input
        autoFocus
        isFigure
        label={`New value, ${limit.unit}`}
        inputMode="decimal"
        value={value}
        hint={change === "wrong" ? undefined : WORDS[change]}
        error={change === "wrong" ? WORDS.wrong : undefined}
        onChange={(event) => setValue(event.target.value)}
      />
      {isChange && (
        <p className="figure rounded bg-raised px-3 py-2">
          <span className="text-quiet">{spaced(limit.name)}</span>{" "}
          <del className="text-quiet">{number(limit.value, { digits: { min: 0, max: 6 } })}</del> →{" "}
          <ins className={`no-underline ${needsCode(change) ? "text-warn" : "text-good"}`}>
            {number(value, { digits: { min: 0, max: 6 } })}
          </ins>{" "}
          {limit.unit}
        </p>
      )}
      <Input
        label="Why"
        required
        maxLength={500}
        value={why}
        hint="kept in the audit, with your name"
        error={setting.error ? linesOf(setting.error) : undefined}
        onChange={(event) => setWhy(event.target.value)}
      />
      <div className="flex justify-end gap-2">
        <Button onClick={onDone}>Cancel</Button>
        <Button
          type="submit"
          tone={needsCode(change) ? "danger" : "primary"}
          isBusy={setting.isPending}
          disabled={!isChange || !why.trim()}
        >
          Set the limit
        </Button>
      </div>
    </form>
  );
}

/** Changes a limit: what it was and becomes, why, and a code where it lets more through. */
export function LimitDialog({ limit, onClose }: { limit: LimitNow | null; onClose: () => void }) {
  return (
    <Dialog
      title={limit ? capital(spaced(limit.name)) : ""}
      isOpen={limit !== null}
      onClose={onClose}
    >
      {limit && <Form key={limit.name} limit={limit} onDone={onClose} />}
    </Dialog>
  );
}
