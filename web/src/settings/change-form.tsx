"use client";

/** Numbers that can be changed: typed, then shown beside those in force, then sent with a reason. */

import { type FormEvent, useState } from "react";
import type { QueryKey } from "@tanstack/react-query";
import { counted } from "@/format/words";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Figure } from "@/ui/figure";
import { Input } from "@/ui/form";
import { Fault } from "@/ui/notice";
import { useAction } from "@/ui/use-action";
import { type Change, changesOf, faultOf, type Setting } from "./changes";

interface ChangeFormProps {
  settings: readonly Setting[];
  /** Send one change. */
  send: (change: Change, why: string) => Promise<unknown>;
  /** Queries to ask anew afterwards. */
  refreshes?: readonly QueryKey[];
  /** Whether raising a value is dangerous, and said so. */
  warnsOfRaise?: boolean;
  isReadOnly?: boolean;
}

const ANY = { min: 0, max: 8 } as const;

export function ChangeForm(props: ChangeFormProps) {
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [isReviewing, setReviewing] = useState(false);
  const changes = changesOf(props.settings, typed);
  const hasFault = Object.values(typed).some((text) => text !== "" && faultOf(text));
  const reset = () => setTyped({});
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setReviewing(true);
        }}
        className="flex flex-col gap-4"
      >
        <div className="grid grid-cols-1 gap-x-6 gap-y-4 sm:grid-cols-2 lg:grid-cols-3">
          {props.settings.map((setting) => {
            const text = typed[setting.name] ?? String(setting.value);
            return (
              <Input
                key={setting.name}
                label={setting.label}
                hint={setting.hint}
                isFigure
                inputMode="decimal"
                disabled={props.isReadOnly}
                value={text}
                error={faultOf(text)}
                onChange={(event) => setTyped({ ...typed, [setting.name]: event.target.value })}
              />
            );
          })}
        </div>
        {!props.isReadOnly && (
          <div className="flex items-center justify-end gap-2">
            <Button tone="quiet" disabled={changes.length === 0 && !hasFault} onClick={reset}>
              Undo
            </Button>
            <Button type="submit" tone="primary" disabled={changes.length === 0 || hasFault}>
              Review {changes.length === 0 ? "changes" : counted(changes.length, "change")}
            </Button>
          </div>
        )}
      </form>
      {/* Beside the form, not in it: a form within a form is sent by the browser itself. */}
      <Dialog title="What changes" isOpen={isReviewing} onClose={() => setReviewing(false)}>
        <Review
          {...props}
          changes={changes}
          onDone={() => {
            reset();
            setReviewing(false);
          }}
        />
      </Dialog>
    </>
  );
}

interface ReviewProps extends ChangeFormProps {
  changes: readonly Change[];
  onDone: () => void;
}

function Review({ changes, send, refreshes, warnsOfRaise, onDone }: ReviewProps) {
  const [why, setWhy] = useState("");
  const save = useAction(async () => {
    for (const change of changes) await send(change, why);
    onDone();
  }, refreshes);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.start(undefined);
  };
  const raises = changes.filter((change) => change.isRaise).length;
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <ul className="divide-y divide-line rounded border border-line">
        {changes.map((change) => (
          <li key={change.name} className="flex items-center gap-3 px-3 py-2">
            <span className="flex-1">{change.label}</span>
            <Figure value={change.before} digits={ANY} className="text-quiet line-through" />
            <span aria-label="becomes">→</span>
            <Figure value={change.after} digits={ANY} className="font-medium" />
            {warnsOfRaise && change.isRaise && <Badge tone="warn">allows more</Badge>}
          </li>
        ))}
      </ul>
      {warnsOfRaise && raises > 0 && (
        <p className="text-quiet">What allows more asks for a code, or for your password.</p>
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
        disabled={!why.trim() || changes.length === 0}
        className="self-end"
      >
        Change
      </Button>
    </form>
  );
}
