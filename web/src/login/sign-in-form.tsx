"use client";

import { type FormEvent, useState } from "react";
import { ask } from "@/data/client";
import { problemOf } from "@/data/problem";
import { Button } from "@/ui/button";
import { Input, Password } from "@/ui/form";

/** Name and password, and then a code where the account has a second factor. */
export function SignInForm({ onDone }: { onDone: () => Promise<void> }) {
  const [name, setName] = useState("admin");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [needsCode, setNeedsCode] = useState(false);
  const [error, setError] = useState("");
  const [isBusy, setBusy] = useState(false);
  const enter = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError("");
    try {
      const body = { name, password, ...(needsCode ? { code: code.replaceAll(" ", "") } : {}) };
      await ask("post", "/api/v1/auth/login", { body });
      await onDone();
    } catch (fault) {
      const problem = problemOf(fault);
      if (problem.type.endsWith(":code-needed") && !needsCode) setNeedsCode(true);
      else setError([problem.detail || problem.title, problem.fix].filter(Boolean).join("; "));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void enter(event)} className="flex flex-col gap-4">
      <Input
        label="Name"
        autoComplete="username"
        required
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Password
        label="Password"
        autoComplete="current-password"
        autoFocus
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      {needsCode && (
        <Input
          label="Code of your authenticator, or a recovery code"
          isFigure
          autoFocus
          autoComplete="one-time-code"
          required
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
      )}
      {error && (
        <p role="alert" className="text-bad">
          {error}
        </p>
      )}
      <Button type="submit" tone="primary" isBusy={isBusy}>
        Log in
      </Button>
    </form>
  );
}
