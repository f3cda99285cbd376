"use client";

import { type FormEvent, useState } from "react";
import { ask } from "@/data/client";
import { problemOf } from "@/data/problem";
import { useMay } from "@/data/session";
import type { Status } from "@/data/shapes";
import { Button } from "@/ui/button";
import { Input } from "@/ui/form";

/** Lets the trader go on after a pause or a stop: with a reason, and with proof of who asks. */
export function Rearm({ status, onDone }: { status: Status; onDone: () => void }) {
  const mayRearm = useMay("rearm");
  const [why, setWhy] = useState("");
  const [error, setError] = useState("");
  const [isBusy, setBusy] = useState(false);
  const rearm = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError("");
    try {
      await ask("post", "/api/v1/control/rearm", { body: { why } });
      onDone();
    } catch (fault) {
      const problem = problemOf(fault);
      setError([problem.detail || problem.title, problem.fix].filter(Boolean).join("; "));
    } finally {
      setBusy(false);
    }
  };
  if (!mayRearm) {
    return (
      <p className="text-quiet">It is {status.phase}. A risk officer or an admin can re-arm it.</p>
    );
  }
  return (
    <form
      onSubmit={(event) => void rearm(event)}
      className="flex flex-col gap-3 border-t border-line pt-4"
    >
      <p>
        It is <b>{status.phase}</b>. Re-armed, it may open positions again at once.
      </p>
      <Input
        label="Why it may go on"
        required
        maxLength={500}
        value={why}
        error={error}
        onChange={(event) => setWhy(event.target.value)}
      />
      <Button
        type="submit"
        tone="primary"
        isBusy={isBusy}
        disabled={!why.trim()}
        className="self-end"
      >
        Re-arm
      </Button>
    </form>
  );
}
