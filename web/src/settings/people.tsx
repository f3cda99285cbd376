"use client";

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { get, patch, post, remove } from "@/data/client";
import type { components } from "@/data/openapi";
import { useSession } from "@/data/session";
import { isApproval } from "@/data/waiting";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Time } from "@/ui/figure";
import { Input, Select } from "@/ui/form";
import { Fault, Once } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { Answered } from "@/ui/states";
import { type Column, Table } from "@/ui/table";
import { useAction } from "@/ui/use-action";
import { UserSessions } from "./user-sessions";
import { Waits } from "./waits";

type User = components["schemas"]["UserShape"];
type Role = components["schemas"]["Role"];
const KEY = ["users"] as const;

const ROLES: { value: Role; label: string }[] = [
  { value: "viewer", label: "viewer: sees" },
  { value: "trader", label: "trader: trades and stops" },
  { value: "risk_officer", label: "risk officer: limits, stops, re-arms" },
  { value: "admin", label: "admin: everything" },
];

function State({ user }: { user: User }) {
  if (user.is_disabled) return <Badge tone="bad">shut out</Badge>;
  if (user.locked_until_ns !== null) return <Badge tone="warn">locked</Badge>;
  if (user.must_change_password) return <FirstPassword untilNs={user.password_until_ns} />;
  return <Badge tone="good">good</Badge>;
}

function FirstPassword({ untilNs }: { untilNs: number | null }) {
  if (untilNs === null) return <Badge tone="warn">first password</Badge>;
  return (
    <Badge tone="warn">
      first password, until <span className="w-1" />
      <Time ns={untilNs} withDay />
    </Badge>
  );
}

const COLUMNS: readonly Column<User>[] = [
  { key: "name", label: "Name", value: (row) => row.name, cell: (row) => row.name },
  {
    key: "role",
    label: "Role",
    value: (row) => row.role,
    cell: (row) => row.role.replace("_", " "),
  },
  { key: "state", label: "State", cell: (row) => <State user={row} /> },
  {
    key: "factor",
    label: "Second factor",
    from: "sm",
    value: (row) => (row.has_second_factor ? "yes" : "no"),
    cell: (row) => (row.has_second_factor ? "yes" : "no"),
  },
  {
    key: "seen_ns",
    label: "Last login",
    from: "sm",
    value: (row) => row.seen_ns,
    cell: (row) => <Time ns={row.seen_ns} withDay />,
  },
];

/** Everybody who may come in. */
export function People() {
  const [open, setOpen] = useState<string | null>(null);
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => get("/api/v1/users", { signal }),
  });
  const chosen = query.data?.items.find((user) => user.name === open);
  return (
    <Panel
      title="People"
      isFlush
      actions={<Button onClick={() => setOpen("")}>Let somebody in</Button>}
    >
      <Answered query={query}>
        {(body) => (
          <Table
            label="People"
            columns={COLUMNS}
            rows={body.items}
            rowKey={(row) => row.name}
            onOpen={(row) => setOpen(row.name)}
            empty="Nobody."
          />
        )}
      </Answered>
      <Dialog
        title={chosen?.name ?? "Let somebody in"}
        isOpen={open !== null}
        onClose={() => setOpen(null)}
      >
        {chosen ? <UserForm user={chosen} /> : <NewUserForm onEnd={() => setOpen(null)} />}
      </Dialog>
    </Panel>
  );
}

function OneTime({ name, password }: { name: string; password: string }) {
  return (
    <Once>
      <p>
        Tell {name} in person; it is good for one login within a week, and must be changed then.
      </p>
      <code className="figure text-lg select-all">{password}</code>
    </Once>
  );
}

function NewUserForm({ onEnd }: { onEnd: () => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const make = useAction(() => post("/api/v1/users", { body: { name, role } }), [KEY]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.start(undefined);
  };
  if (isApproval(make.answer)) return <Waits approval={make.answer} />;
  if (make.answer) {
    return (
      <div className="flex flex-col gap-4">
        <OneTime name={make.answer.name} password={make.answer.password} />
        <Button tone="primary" className="self-end" onClick={onEnd}>
          I have it
        </Button>
      </div>
    );
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Input
        autoFocus
        label="Name"
        hint="2 to 32 small letters, digits, dots and lines"
        pattern="[a-z][a-z0-9._\-]{1,31}"
        required
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Select
        label="Role"
        options={ROLES}
        value={role}
        onChange={(event) => setRole(event.target.value as Role)}
      />
      <Fault>{make.error}</Fault>
      <Button type="submit" tone="primary" isBusy={make.isBusy} className="self-end">
        Let them in
      </Button>
    </form>
  );
}

function UserForm({ user }: { user: User }) {
  const isMe = useSession().data?.name === user.name;
  const path = { name: user.name };
  const change = useAction(
    (body: { role?: Role; is_disabled?: boolean }) => patch("/api/v1/users/{name}", { path, body }),
    [KEY],
  );
  const reset = useAction(() => post("/api/v1/users/{name}/password", { path }), [KEY]);
  const drop = useAction(() => remove("/api/v1/users/{name}/mfa", { path }), [KEY]);
  return (
    <div className="flex flex-col gap-4">
      <Select
        label="Role"
        hint="another role ends their sessions"
        options={ROLES}
        value={user.role}
        disabled={isMe || change.isBusy}
        onChange={(event) => change.start({ role: event.target.value as Role })}
      />
      <div className="flex flex-wrap gap-2">
        <Button disabled={isMe} isBusy={reset.isBusy} onClick={() => reset.start(undefined)}>
          New first password
        </Button>
        {user.locked_until_ns !== null && <Unlock name={user.name} />}
        {user.has_second_factor && (
          <Button disabled={isMe} isBusy={drop.isBusy} onClick={() => drop.start(undefined)}>
            Take the second factor away
          </Button>
        )}
        <Button
          tone={user.is_disabled ? "plain" : "danger"}
          disabled={isMe}
          isBusy={change.isBusy}
          onClick={() => change.start({ is_disabled: !user.is_disabled })}
        >
          {user.is_disabled ? "Let in again" : "Shut out"}
        </Button>
      </div>
      {isMe && <p className="text-quiet">Your own account is changed under "Your account".</p>}
      <Fault>{change.error ?? reset.error ?? drop.error}</Fault>
      {[change.answer, reset.answer, drop.answer].filter(isApproval).map((each) => (
        <Waits key={each.id} approval={each} />
      ))}
      {reset.answer && !isApproval(reset.answer) && (
        <OneTime name={reset.answer.name} password={reset.answer.password} />
      )}
      <UserSessions name={user.name} />
    </div>
  );
}

/** Ends the lock that wrong passwords put; the password stays. */
function Unlock({ name }: { name: string }) {
  const unlock = useAction(() => post("/api/v1/users/{name}/unlock", { path: { name } }), [KEY]);
  return (
    <>
      <Button isBusy={unlock.isBusy} onClick={() => unlock.start(undefined)}>
        Unlock
      </Button>
      <Fault>{unlock.error}</Fault>
    </>
  );
}
