"use client";

import { type FormEvent, useEffect, useRef, useState } from "react";
import { ask } from "@/data/client";
import { problemOf } from "@/data/problem";
import { type ProofWanted, setProofAsker } from "@/data/proof";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Input } from "@/ui/form";

/** Asks for a code, or for the password, when a dangerous request wants one. */
export function ProofDialog() {
  const [wanted, setWanted] = useState<ProofWanted | null>(null);
  const answer = useRef<(given: boolean) => void>(undefined);
  useEffect(() => {
    setProofAsker(
      (next) =>
        new Promise((resolve) => {
          answer.current = resolve;
          setWanted(next);
        }),
    );
    return () => setProofAsker(null);
  }, []);
  const end = (given: boolean) => {
    setWanted(null);
    answer.current?.(given);
  };
  return (
    <Dialog title="Is it you?" isOpen={wanted !== null} onClose={() => end(false)}>
      {wanted && <ProofForm wanted={wanted} onEnd={end} />}
    </Dialog>
  );
}

function ProofForm({ wanted, onEnd }: { wanted: ProofWanted; onEnd: (given: boolean) => void }) {
  const [text, setText] = useState("");
  const [error, setError] = useState("");
  const [isBusy, setBusy] = useState(false);
  const give = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const body = wanted.withPassword ? { password: text } : { code: text.replaceAll(" ", "") };
      await ask("post", "/api/v1/auth/code", { body });
      onEnd(true);
    } catch (fault) {
      setError(problemOf(fault).detail || problemOf(fault).title);
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void give(event)} className="flex flex-col gap-4">
      <p>
        {wanted.detail}.{!wanted.withPassword && " A recovery code is taken too, once."}
      </p>
      <Input
        autoFocus
        isFigure={!wanted.withPassword}
        label={wanted.withPassword ? "Your password" : "Code of your authenticator"}
        type={wanted.withPassword ? "password" : "text"}
        inputMode={wanted.withPassword ? undefined : "numeric"}
        autoComplete={wanted.withPassword ? "current-password" : "one-time-code"}
        value={text}
        error={error}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="flex justify-end gap-2">
        <Button onClick={() => onEnd(false)}>Cancel</Button>
        <Button type="submit" tone="primary" isBusy={isBusy} disabled={!text}>
          Go on
        </Button>
      </div>
    </form>
  );
}
