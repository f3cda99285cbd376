"use client";

/** Values that can be changed: typed, then shown beside those in force, then sent with a reason. */

import { type FormEvent, useState } from "react";
import { counted } from "@/format/words";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Input, Switch } from "@/ui/form";
import { type Change, changesOf, faultOf, type Setting, shown, textOf } from "./changes";
import { ChangeReview } from "./change-review";
import { Origin } from "./origin";

interface ChangeFormProps {
  settings: readonly Setting[];
  /** Send one change. */
  send: (change: Change, why: string) => Promise<unknown>;
  isReadOnly?: boolean;
}

export function ChangeForm({ settings, send, isReadOnly }: ChangeFormProps) {
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [isReviewing, setReviewing] = useState(false);
  const changes = changesOf(settings, typed);
  const hasFault = settings.some(
    ({ key, mayBeOff }) => typed[key] !== undefined && faultOf(typed[key], mayBeOff) !== "",
  );
  const reset = () => setTyped({});
  return (
    <>
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          setReviewing(true);
        }}
        className="flex flex-col gap-4"
      >
        <div className="grid grid-cols-1 gap-x-6 gap-y-5 sm:grid-cols-2 xl:grid-cols-3">
          {settings.map((setting) => (
            <Field
              key={setting.key}
              setting={setting}
              text={typed[setting.key] ?? textOf(setting)}
              isReadOnly={isReadOnly}
              onType={(text) => setTyped({ ...typed, [setting.key]: text })}
            />
          ))}
        </div>
        {!isReadOnly && (
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
        <ChangeReview
          changes={changes}
          send={send}
          onDone={() => {
            reset();
            setReviewing(false);
          }}
        />
      </Dialog>
    </>
  );
}

interface FieldProps {
  setting: Setting;
  text: string;
  isReadOnly?: boolean;
  onType: (text: string) => void;
}

function Field({ setting, text, isReadOnly, onType }: FieldProps) {
  const { row, mayBeOff } = setting;
  const isOff = mayBeOff && Number(row.default) === 0;
  const hint = (
    <>
      {setting.unit}
      {setting.unit && "; "}default {isOff ? "off" : shown(row.default)}; <Origin row={row} />
      <span className="mt-0.5 block">{setting.meaning}</span>
    </>
  );
  if (setting.isSwitch) {
    return (
      <div className="flex min-w-0 flex-col gap-1.5 text-xs text-quiet">
        <Switch
          label={setting.label}
          isOn={Number(text) !== 0}
          disabled={isReadOnly}
          onChange={(isOn) => onType(isOn ? "1" : "0")}
        />
        <span>{hint}</span>
      </div>
    );
  }
  return (
    <Input
      label={setting.label}
      hint={hint}
      isFigure
      inputMode="decimal"
      placeholder={mayBeOff ? "off" : undefined}
      disabled={isReadOnly}
      value={text}
      error={faultOf(text, mayBeOff)}
      onChange={(event) => onType(event.target.value)}
    />
  );
}
