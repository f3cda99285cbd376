"use client";

import { type FormEvent, useState } from "react";
import { ask } from "@/data/client";
import { problemOf } from "@/data/problem";
import { Button } from "@/ui/button";
import { Password } from "@/ui/form";

export const PASSWORD_MIN = 12;

/** The old password and a new one, twice. */
export function PasswordForm({ onDone }: { onDone: () => Promise<void> | void }) {
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const [error, setError] = useState("");
  const [isBusy, setBusy] = useState(false);
  const isSame = next === again;
  const change = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError("");
    try {
      const body = { old_password: old, new_password: next };
      await ask("post", "/api/v1/auth/password", { body });
      await onDone();
    } catch (fault) {
      const problem = problemOf(fault);
      setError([problem.detail || problem.title, problem.fix].filter(Boolean).join("; "));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void change(event)} className="flex flex-col gap-4">
      <Password
        label="Password until now"
        autoComplete="current-password"
        required
        value={old}
        onChange={(event) => setOld(event.target.value)}
      />
      <Password
        label="New password"
        autoComplete="new-password"
        minLength={PASSWORD_MIN}
        required
        hint={`${PASSWORD_MIN} characters or more; a few words do well`}
        value={next}
        onChange={(event) => setNext(event.target.value)}
      />
      <Password
        label="New password again"
        autoComplete="new-password"
        required
        error={again && !isSame ? "the two differ" : undefined}
        value={again}
        onChange={(event) => setAgain(event.target.value)}
      />
      {error && (
        <p role="alert" className="text-bad">
          {error}
        </p>
      )}
      <Button type="submit" tone="primary" isBusy={isBusy} disabled={!isSame}>
        Change the password
      </Button>
    </form>
  );
}
