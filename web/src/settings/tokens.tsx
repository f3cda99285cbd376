"use client";

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { get, post, remove } from "@/data/client";
import type { components } from "@/data/openapi";
import { useMay, useSession } from "@/data/session";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { CopyLine } from "@/ui/copy-line";
import { Dialog } from "@/ui/dialog";
import { Time } from "@/ui/figure";
import { Input, Switch } from "@/ui/form";
import { Fault, Once } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { Answered } from "@/ui/states";
import { type Column, Table } from "@/ui/table";
import { useAction } from "@/ui/use-action";

type TokenShape = components["schemas"]["TokenShape"];
type Right = components["schemas"]["Right"];
const KEY = ["tokens"] as const;

function stateOf(token: TokenShape): "revoked" | "over" | "good" {
  if (token.revoked_ns !== null) return "revoked";
  return token.until_ns / 1e6 < Date.now() ? "over" : "good";
}

/** Tokens of programs: what they may do, until when, and the way to revoke them. */
export function Tokens() {
  const [isMaking, setMaking] = useState(false);
  const [isOfAll, setOfAll] = useState(false);
  const mayPeople = useMay("people");
  const query = useQuery({
    queryKey: [...KEY, isOfAll],
    queryFn: ({ signal }) => get("/api/v1/tokens", { query: { everybody: isOfAll }, signal }),
  });
  const revoke = useAction(
    (id: string) => remove("/api/v1/tokens/{token_id}", { path: { token_id: id } }),
    [KEY],
  );
  const columns: Column<TokenShape>[] = [
    {
      key: "name",
      label: "Name",
      value: (row) => row.name,
      cell: (row) => (
        <>
          {row.name} <span className="figure text-xs text-quiet">{row.hint}…</span>
          {isOfAll && <span className="block text-xs text-quiet">of {row.owner}</span>}
        </>
      ),
    },
    {
      key: "scopes",
      label: "May",
      cell: (row) => (
        <span className="flex flex-wrap gap-1">
          {row.scopes.map((scope) => (
            <Badge key={scope}>{scope}</Badge>
          ))}
        </span>
      ),
    },
    {
      key: "seen_ns",
      label: "Used last",
      from: "md",
      value: (row) => row.seen_ns,
      cell: (row) => <Time ns={row.seen_ns} withDay />,
    },
    {
      key: "until_ns",
      label: "Until",
      from: "sm",
      value: (row) => row.until_ns,
      cell: (row) => <Time ns={row.until_ns} withDay />,
    },
    {
      key: "state",
      label: "",
      isNumber: true,
      cell: (row) =>
        stateOf(row) === "good" ? (
          <Button tone="quiet" onClick={() => revoke.start(row.id)}>
            Revoke
          </Button>
        ) : (
          <span className="text-quiet">{stateOf(row)}</span>
        ),
    },
  ];
  return (
    <Panel
      title="Tokens"
      note="for programs, sent as Authorization: Bearer"
      isFlush
      actions={
        <>
          {mayPeople && <Switch label="Of everybody" isOn={isOfAll} onChange={setOfAll} />}
          <Button onClick={() => setMaking(true)}>Make one</Button>
        </>
      }
    >
      <Fault>{revoke.error}</Fault>
      <Answered query={query}>
        {(body) => (
          <Table
            label="Tokens"
            columns={columns}
            rows={body.items}
            rowKey={(row) => row.id}
            empty="No program has a token. Make one for a notebook or a script."
          />
        )}
      </Answered>
      <Dialog title="Make a token" isOpen={isMaking} onClose={() => setMaking(false)}>
        <NewTokenForm onEnd={() => setMaking(false)} />
      </Dialog>
    </Panel>
  );
}

function NewTokenForm({ onEnd }: { onEnd: () => void }) {
  const rights = (useSession().data?.rights ?? ["read"]) as Right[];
  const [name, setName] = useState("");
  const [days, setDays] = useState("30");
  const [scopes, setScopes] = useState<readonly Right[]>(["read"]);
  const make = useAction(
    () => post("/api/v1/tokens", { body: { name, days: Number(days), scopes: [...scopes] } }),
    [KEY],
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.start(undefined);
  };
  if (make.answer) {
    return (
      <div className="flex flex-col gap-4">
        <Once>
          <CopyLine text={make.answer.secret} />
        </Once>
        <Button tone="primary" className="self-end" onClick={onEnd}>
          I have it
        </Button>
      </div>
    );
  }
  const turn = (right: Right, isOn: boolean) =>
    setScopes(isOn ? [...scopes, right] : scopes.filter((each) => each !== right));
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Input
        autoFocus
        label="What it is for"
        required
        maxLength={64}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Input
        label="Good for"
        hint="days, 1 to 365"
        type="number"
        min={1}
        max={365}
        isFigure
        required
        value={days}
        onChange={(event) => setDays(event.target.value)}
      />
      <fieldset className="grid grid-cols-2 gap-2 sm:grid-cols-3">
        <legend className="mb-1 text-xs text-quiet">What it may do</legend>
        {rights
          .filter((right) => right !== "own" && right !== "people" && right !== "approve")
          .map((right) => (
            <Switch
              key={right}
              label={right}
              isOn={scopes.includes(right)}
              onChange={(isOn) => turn(right, isOn)}
            />
          ))}
      </fieldset>
      <Fault>{make.error}</Fault>
      <Button
        type="submit"
        tone="primary"
        isBusy={make.isBusy}
        disabled={scopes.length === 0}
        className="self-end"
      >
        Make it
      </Button>
    </form>
  );
}
