"use client";

import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useEffect } from "react";
import { get } from "@/data/client";
import { useMay, useSession } from "@/data/session";
import { type Approval, useWaiting } from "@/data/waiting";
import { counted } from "@/format/words";
import { Time } from "@/ui/figure";

const EVERY_MS = 5_000;
const OTHERS_MS = 15_000;
const SAID_MS = 2_500;
export const APPROVALS_HREF = "/settings/?section=approvals";

const ENDS: Record<string, string> = {
  refused: "was refused, and not done",
  expired: "waited too long, and was not done",
};

function endOf(approval: Approval): string {
  const who = approval.decided_by ? ` by ${approval.decided_by}` : "";
  if (approval.state !== "approved") return `${ENDS[approval.state] ?? approval.state}${who}`;
  const status = approval.answer_status;
  if (status === null) return `was let through${who}, and is being done`;
  return status < 400
    ? `was let through${who}, and is done`
    : `was let through${who}, and then refused (${status})`;
}

function Mine({ approval, onEnd }: { approval: Approval; onEnd: () => void }) {
  const isWaiting = approval.state === "waiting";
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <span>
        <b className="font-medium">{isWaiting ? "Not done yet: " : ""}</b>
        {approval.what}{" "}
        {isWaiting ? (
          <>
            waits for a second person until <Time ns={approval.until_ns} />.
          </>
        ) : (
          `${endOf(approval)}.`
        )}
      </span>
      <Link href={APPROVALS_HREF} className="font-medium underline">
        {isWaiting ? "What waits" : "See it"}
      </Link>
      <button type="button" onClick={onEnd} className="font-medium underline">
        Hide
      </button>
    </li>
  );
}

/** Says what was asked and waits for a second person, and what others ask of the one who reads. */
export function WaitingNotice() {
  const session = useSession().data;
  const mayDecide = useMay("approve");
  const queries = useQueryClient();
  const { kept, drop } = useWaiting();
  const mine = useQueries({
    queries: kept.map((each) => ({
      queryKey: ["approvals", each.id],
      queryFn: () => get("/api/v1/approvals/{approval_id}", { path: { approval_id: each.id } }),
      initialData: each,
      refetchInterval: EVERY_MS,
    })),
  });
  const others = useQuery({
    queryKey: ["approvals", "waiting"],
    queryFn: ({ signal }) => get("/api/v1/approvals", { query: { waiting: true }, signal }),
    enabled: mayDecide && session?.needs_two_people === true,
    refetchInterval: OTHERS_MS,
  });
  const stands = mine.map(({ data }) => `${data.id} ${data.state} ${data.answer_status}`).join();
  const hasEnded = mine.some(({ data }) => data.state !== "waiting");
  // What was let through changes something that the page shows: when it is done, and a moment
  // later, when the trader has said so.
  useEffect(() => {
    if (!hasEnded) return;
    void queries.invalidateQueries();
    const timer = setTimeout(() => void queries.invalidateQueries(), SAID_MS);
    return () => clearTimeout(timer);
  }, [stands, hasEnded, queries]);
  const forMe = (others.data?.items ?? []).filter(
    (each) => each.asked_by !== session?.name && session?.rights.includes(each.right),
  );
  if (mine.length === 0 && forMe.length === 0) return null;
  return (
    <ul
      aria-label="Waiting for a second person"
      className="sticky top-12 z-20 flex flex-col gap-1 border-b border-warn bg-warn-soft px-4 py-1.5 text-sm text-warn"
    >
      {mine.map(({ data }) => (
        <Mine key={data.id} approval={data} onEnd={() => drop(data.id)} />
      ))}
      {forMe.length > 0 && (
        <li>
          {counted(forMe.length, "request waits", "requests wait")} for you as the second person:{" "}
          {forMe.map((each) => `${each.what} (${each.asked_by})`).join("; ")}.{" "}
          <Link href={APPROVALS_HREF} className="font-medium underline">
            Decide
          </Link>
        </li>
      )}
    </ul>
  );
}
