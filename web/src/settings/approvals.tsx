"use client";

import { useQuery } from "@tanstack/react-query";
import { get, post } from "@/data/client";
import { useMay, useSession } from "@/data/session";
import type { Approval } from "@/data/waiting";
import { Badge, type Tone } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Time } from "@/ui/figure";
import { Fault, Once } from "@/ui/notice";
import { Panel } from "@/ui/panel";
import { Answered, Empty } from "@/ui/states";
import { useAction } from "@/ui/use-action";

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
              Nothing waits. With <code className="font-mono">api.two_person</code> set, dangerous
              requests (trading again, wider limits, people) stand here for up to 15 minutes, until
              another person with the same right lets them through.
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

/** What it came to, where it was let through. */
function outcomeOf(approval: Approval): string {
  const status = approval.answer_status;
  if (approval.state !== "approved") return "";
  if (status === null) return ", being done";
  return status < 400 ? ", and done" : `, and then refused (${status})`;
}

function About({ approval, isMine }: { approval: Approval; isMine: boolean }) {
  const isWaiting = approval.state === "waiting";
  return (
    <span className="min-w-0 flex-1 max-sm:basis-full">
      <b className="font-medium">{approval.what}</b>
      <span className="block text-xs text-quiet">
        asked by {isMine ? "you" : approval.asked_by}, <Time ns={approval.asked_ns} withDay />
        {isWaiting && (
          <>
            ; waits until <Time ns={approval.until_ns} />, for somebody with the right{" "}
            {approval.right}
          </>
        )}
        {approval.decided_by && `; decided by ${approval.decided_by}`}
        {outcomeOf(approval)}
      </span>
      {isWaiting && (
        <span className="figure block text-xs break-all whitespace-normal text-quiet">
          {approval.method} {approval.path} {approval.body}
        </span>
      )}
    </span>
  );
}

function Decide({ approval, isMine }: { approval: Approval; isMine: boolean }) {
  const mayApprove = useMay("approve");
  const mayDo = useMay(approval.right);
  const path = { approval_id: approval.id };
  const approve = useAction(() => post("/api/v1/approvals/{approval_id}/approve", { path }), [KEY]);
  const refuse = useAction(() => post("/api/v1/approvals/{approval_id}/refuse", { path }), [KEY]);
  const mayDecide = !isMine && mayApprove && mayDo;
  return (
    <>
      <span className="flex gap-2">
        {mayDecide && (
          <Button tone="primary" isBusy={approve.isBusy} onClick={() => approve.start(undefined)}>
            Let it through
          </Button>
        )}
        {(isMine || mayDecide) && (
          <Button isBusy={refuse.isBusy} onClick={() => refuse.start(undefined)}>
            {isMine ? "Take it back" : "Refuse"}
          </Button>
        )}
      </span>
      <Fault>{approve.error ?? refuse.error}</Fault>
    </>
  );
}

function Row({ approval }: { approval: Approval }) {
  const isMine = useSession().data?.name === approval.asked_by;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <Badge tone={TONES[approval.state] ?? "neutral"}>{approval.state}</Badge>
      <About approval={approval} isMine={isMine} />
      {approval.state === "waiting" && <Decide approval={approval} isMine={isMine} />}
      {isMine && approval.state === "approved" && <TakeAnswer id={approval.id} />}
    </li>
  );
}

/** The answer of one's own request, which may hold a one-time password: it is given once. */
function TakeAnswer({ id }: { id: string }) {
  const take = useAction(() =>
    get("/api/v1/approvals/{approval_id}/answer", { path: { approval_id: id } }),
  );
  if (take.answer === undefined) {
    return (
      <>
        <Button isBusy={take.isBusy} onClick={() => take.start(undefined)}>
          Take the answer
        </Button>
        <Fault>{take.error}</Fault>
      </>
    );
  }
  return (
    <div className="w-full">
      <Once>
        <pre className="figure text-xs break-words whitespace-pre-wrap select-all">
          {JSON.stringify(take.answer, null, 2)}
        </pre>
      </Once>
    </div>
  );
}
