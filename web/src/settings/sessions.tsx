"use client";

import { useQuery } from "@tanstack/react-query";
import { get, post, remove } from "@/data/client";
import type { components } from "@/data/openapi";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Time } from "@/ui/figure";
import { Fault } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { Answered } from "@/ui/states";
import { type Column, Table } from "@/ui/table";
import { useAction } from "@/ui/use-action";

type SessionShape = components["schemas"]["SessionShape"];
const KEY = ["sessions"] as const;

/** Return what a browser calls itself, in two words. */
export function browserOf(agent: string): string {
  const browser = /Edg|OPR|Firefox|Chrome|Safari/.exec(agent)?.[0] ?? "";
  const system = /Windows|Android|iPhone|iPad|Mac OS X|Linux/.exec(agent)?.[0] ?? "";
  const names: Record<string, string> = { Edg: "Edge", OPR: "Opera", "Mac OS X": "Mac" };
  const words = [browser, system].filter(Boolean).map((word) => names[word] ?? word);
  return words.join(" on ") || agent.slice(0, 40) || "unknown";
}

/** Browsers that are logged in as this person. */
export function Sessions() {
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => get("/api/v1/auth/sessions", { signal }),
  });
  const end = useAction(
    (id: string) => remove("/api/v1/auth/sessions/{session_id}", { path: { session_id: id } }),
    [KEY],
  );
  const endOthers = useAction(() => post("/api/v1/auth/sessions/end-others"), [KEY]);
  const columns: Column<SessionShape>[] = [
    {
      key: "agent",
      label: "Browser",
      cell: (row) => (
        <span title={row.agent}>
          {browserOf(row.agent)} {row.is_this && <Badge tone="accent">this one</Badge>}
        </span>
      ),
    },
    { key: "address", label: "From", from: "sm", cell: (row) => row.address },
    {
      key: "seen_ns",
      label: "Used last",
      value: (row) => row.seen_ns,
      cell: (row) => <Time ns={row.seen_ns} withDay />,
    },
    {
      key: "until_ns",
      label: "Ends",
      from: "sm",
      value: (row) => row.until_ns,
      cell: (row) => <Time ns={row.until_ns} withDay />,
    },
    {
      key: "end",
      label: "",
      isNumber: true,
      cell: (row) => (
        <Button tone="quiet" disabled={row.is_this} onClick={() => end.start(row.id)}>
          End
        </Button>
      ),
    },
  ];
  return (
    <Panel
      title="Sessions"
      isFlush
      actions={<Button onClick={() => endOthers.start(undefined)}>End all others</Button>}
    >
      <Fault>{end.error ?? endOthers.error}</Fault>
      <Answered query={query}>
        {(body) => (
          <Table
            label="Sessions"
            columns={columns}
            rows={body.items}
            rowKey={(row) => row.id}
            empty="No session."
          />
        )}
      </Answered>
    </Panel>
  );
}
