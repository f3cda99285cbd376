"use client";

import { type FormEvent, useState } from "react";
import type { components } from "@/data/openapi";
import { post, remove } from "@/data/client";
import type { Session } from "@/data/session";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Input, Password } from "@/ui/form";
import { Fault, Once } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { useAction } from "@/ui/use-action";

type NewFactor = components["schemas"]["NewFactorShape"];

interface SecondFactorProps {
  session: Session;
  onChange: () => Promise<void>;
}

/** Codes of an authenticator: enroll one, make other recovery codes, take it away. */
export function SecondFactor({ session, onChange }: SecondFactorProps) {
  const [isEnrolling, setEnrolling] = useState(false);
  const codes = useAction(() => post("/api/v1/auth/mfa/recovery-codes"));
  const drop = useAction(() => remove("/api/v1/auth/mfa"));
  const takeAway = () => void drop.run(undefined).then(onChange, () => undefined);
  const has = session.has_second_factor;
  return (
    <Panel
      title="Second factor"
      actions={<Badge tone={has ? "good" : "warn"}>{has ? "enrolled" : "none"}</Badge>}
    >
      <div className="flex flex-col gap-4">
        <p className="max-w-prose text-quiet">
          {has
            ? `Codes are asked for at the login and before what is dangerous. ${session.recovery_codes_left} recovery codes are left.`
            : "With an authenticator on your telephone, a stolen password opens nothing. Live trading cannot be begun without one."}
        </p>
        <div className="flex flex-wrap gap-2">
          {!has && (
            <Button tone="primary" onClick={() => setEnrolling(true)}>
              Enroll an authenticator
            </Button>
          )}
          {has && (
            <Button isBusy={codes.isBusy} onClick={() => codes.start(undefined)}>
              New recovery codes
            </Button>
          )}
          {has && (
            <Button isBusy={drop.isBusy} onClick={takeAway}>
              Take it away
            </Button>
          )}
        </div>
        <Fault>{codes.error ?? drop.error}</Fault>
        {codes.answer && <Codes codes={codes.answer.codes} />}
      </div>
      <Dialog
        title="Enroll an authenticator"
        isOpen={isEnrolling}
        onClose={() => setEnrolling(false)}
      >
        <Enrollment onChange={onChange} onEnd={() => setEnrolling(false)} />
      </Dialog>
    </Panel>
  );
}

function Codes({ codes }: { codes: readonly string[] }) {
  return (
    <Once>
      <p>Each of these opens the account once when the telephone is lost. Keep them on paper.</p>
      <ul className="figure grid grid-cols-2 gap-1">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
    </Once>
  );
}

function Enrollment({ onChange, onEnd }: { onChange: () => Promise<void>; onEnd: () => void }) {
  const [password, setPassword] = useState("");
  const begin = useAction((given: string) =>
    post("/api/v1/auth/mfa", { body: { password: given } }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    begin.start(password);
  };
  if (begin.answer) return <Confirmation factor={begin.answer} onChange={onChange} onEnd={onEnd} />;
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Password
        autoFocus
        label="Your password"
        autoComplete="current-password"
        required
        value={password}
        error={begin.error}
        onChange={(event) => setPassword(event.target.value)}
      />
      <Button type="submit" tone="primary" isBusy={begin.isBusy} className="self-end">
        Go on
      </Button>
    </form>
  );
}

interface ConfirmationProps {
  factor: NewFactor;
  onChange: () => Promise<void>;
  onEnd: () => void;
}

function Confirmation({ factor, onChange, onEnd }: ConfirmationProps) {
  const [code, setCode] = useState("");
  const confirm = useAction(async (given: string) => {
    const body = { enrollment: factor.enrollment, code: given.replaceAll(" ", "") };
    const made = await post("/api/v1/auth/mfa/confirm", { body });
    await onChange();
    return made;
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    confirm.start(code);
  };
  if (confirm.answer) {
    return (
      <div className="flex flex-col gap-4">
        <Codes codes={confirm.answer.codes} />
        <Button tone="primary" className="self-end" onClick={onEnd}>
          I have them
        </Button>
      </div>
    );
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <p>Scan this with an authenticator, then give the code that it shows.</p>
      <img
        src={factor.picture}
        alt="QR code of the secret below"
        className="size-44 self-center rounded bg-white p-2"
      />
      <p className="text-center text-quiet">
        or type <code className="figure text-text select-all">{factor.secret}</code>
      </p>
      <Input
        label="Code"
        isFigure
        autoFocus
        inputMode="numeric"
        autoComplete="one-time-code"
        required
        value={code}
        error={confirm.error}
        onChange={(event) => setCode(event.target.value)}
      />
      <Button type="submit" tone="primary" isBusy={confirm.isBusy} className="self-end">
        Confirm
      </Button>
    </form>
  );
}
