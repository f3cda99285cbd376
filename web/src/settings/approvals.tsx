"use client";

import { useQuery } from "@tanstack/react-query";
import { get, post } from "@/data/client";
import type { components } from "@/data/openapi";
import { useSession } from "@/data/session";
import { Badge, type Tone } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Time } from "@/ui/figure";
import { Fault } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { Answered, Empty } from "@/ui/states";
import { useAction } from "@/ui/use-action";

type Approval = components["schemas"]["ApprovalShape"];
const KEY = ["approvals"] as const;
const TONES: Record<string, Tone> = { waiting: "warn", approved: "good", refused: "bad" };

/** Dangerous requests that wait for a second person, and what became of others. */
export function Approvals() {
  const session = useSession().data;
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => get("/api/v1/approvals", { signal }),
    refetchInterval: 5000,
  });
  return (
    <Panel
      title="Second person"
      note={session?.needs_two_people ? "two people are needed" : "one person is enough"}
      isFlush
    >
      <Answered query={query}>
        {(body) =>
          body.items.length === 0 ? (
            <Empty>
              Nothing waits. With two people needed, dangerous requests stand here until another
              person lets them through.
            </Empty>
          ) : (
            <ul className="divide-y divide-line">
              {body.items.map((each) => (
                <Row key={each.id} approval={each} />
              ))}
            </ul>
          )
        }
      </Answered>
    </Panel>
  );
}

function Row({ approval }: { approval: Approval }) {
  const me = useSession().data;
  const path = { approval_id: approval.id };
  const approve = useAction(() => post("/api/v1/approvals/{approval_id}/approve", { path }), [KEY]);
  const refuse = useAction(() => post("/api/v1/approvals/{approval_id}/refuse", { path }), [KEY]);
  const isMine = approval.asked_by === me?.name;
  const mayDecide = me?.rights.includes(approval.right) ?? false;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <Badge tone={TONES[approval.state] ?? "neutral"}>{approval.state}</Badge>
      <span className="min-w-0 flex-1">
        <b className="font-medium">{approval.what}</b>
        <span className="block text-xs text-quiet">
          asked by {approval.asked_by}, <Time ns={approval.asked_ns} withDay />
          {approval.decided_by && `, decided by ${approval.decided_by}`}
        </span>
      </span>
      {approval.state === "waiting" && (
        <span className="flex gap-2">
          {!isMine && mayDecide && (
            <Button tone="primary" isBusy={approve.isBusy} onClick={() => approve.start(undefined)}>
              Let it through
            </Button>
          )}
          <Button isBusy={refuse.isBusy} onClick={() => refuse.start(undefined)}>
            {isMine ? "Take it back" : "Refuse"}
          </Button>
        </span>
      )}
      <Fault>{approve.error ?? refuse.error}</Fault>
    </li>
  );
}
