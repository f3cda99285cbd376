"use client";

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { linesOf } from "@/data/problem";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Input } from "@/ui/form";

interface ReasonDialogProps {
  title: string;
  /** What will happen. */
  children: ReactNode;
  /** Word of the button. */
  action: string;
  isOpen: boolean;
  onClose: () => void;
  /** Does it, for a reason. */
  onSure: (why: string) => Promise<unknown>;
}

function Form({ children, action, onClose, onSure }: Omit<ReasonDialogProps, "title" | "isOpen">) {
  const [why, setWhy] = useState("");
  const doing = useMutation({ mutationFn: () => onSure(why), onSuccess: onClose });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    doing.mutate();
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <div>{children}</div>
      <Input
        autoFocus
        label="Why"
        required
        maxLength={500}
        value={why}
        hint="kept in the audit, with your name"
        error={doing.error ? linesOf(doing.error) : undefined}
        onChange={(event) => setWhy(event.target.value)}
      />
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" tone="primary" isBusy={doing.isPending} disabled={!why.trim()}>
          {action}
        </Button>
      </div>
    </form>
  );
}

/** Says what will happen, and asks why, before something is done that somebody answers for. */
export function ReasonDialog({ title, isOpen, onClose, ...rest }: ReasonDialogProps) {
  return (
    <Dialog title={title} isOpen={isOpen} onClose={onClose}>
      <Form onClose={onClose} {...rest} />
    </Dialog>
  );
}
