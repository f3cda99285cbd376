"use client";

import { useQuery } from "@tanstack/react-query";
import { get, post } from "@/data/client";
import type { components } from "@/data/openapi";
import { number } from "@/format/number";
import { Badge } from "@/ui/badge";
import { UseBar } from "@/ui/bar";
import { Button } from "@/ui/button";
import { Time } from "@/ui/figure";
import { Fault } from "@/ui/notice";
import { useAction } from "@/ui/use-action";

type Verification = components["schemas"]["VerificationShape"];
const KEY = ["audit-verification"] as const;

function Words({ verification }: { verification: Verification }) {
  const { state, verdict, fault } = verification;
  if (state === "running") {
    const checked = number(verification.records_checked, { digits: 0 });
    return (
      <span>
        Checked {checked} of {number(verification.records, { digits: 0 })} records.
      </span>
    );
  }
  if (state === "failed") return <span className="text-bad">{fault}</span>;
  if (verdict === null) return <span className="text-quiet">Never verified in this session.</span>;
  return (
    <span>
      <Badge tone={verdict.whole ? "good" : "bad"}>{verdict.whole ? "whole" : "broken"}</Badge>{" "}
      {number(verdict.records, { digits: 0 })} records,{" "}
      {number(verdict.events_compared, { digits: 0 })} events compared with the journal, at{" "}
      <Time ns={verification.ended_ns} /> for {verification.asked_by}.
      {verdict.first_bad && ` First fault: ${verdict.first_bad.what}.`}
    </span>
  );
}

/** Whether the chain is whole: what the last look found, and the way to look again. */
export function AuditVerification() {
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => get("/api/v1/audit/verify", { signal }),
    refetchInterval: (asked) => (asked.state.data?.state === "running" ? 500 : false),
  });
  const begin = useAction(() => post("/api/v1/audit/verify"), [KEY]);
  const verification = query.data;
  const isRunning = verification?.state === "running";
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-2">
      <Button isBusy={begin.isBusy || isRunning} onClick={() => begin.start(undefined)}>
        Verify the chain
      </Button>
      {verification && <Words verification={verification} />}
      {isRunning && (
        <UseBar
          label="Verified so far"
          share={verification.records_checked / Math.max(1, verification.records)}
          warnAt={2}
          badAt={2}
          className="max-w-60"
        />
      )}
      <Fault>{begin.error}</Fault>
    </div>
  );
}
