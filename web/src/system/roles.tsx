"use client";

import { get } from "@/data/client";
import type { components } from "@/data/openapi";
import { useStatus } from "@/data/status";
import { statusTell, useLive } from "@/data/use-live";
import { isKnown } from "@/format/number";
import { age, duration } from "@/format/time";
import { counted } from "@/format/words";
import { useNow } from "@/frame/use-now";
import { Badge } from "@/ui/badge";
import { Panel } from "@/ui/panel";
import { Answered } from "@/ui/states";

type Card = components["schemas"]["RoleCard"];

function Facts({ card, nowMs }: { card: Card; nowMs: number }) {
  const facts = [
    card.since_ns && nowMs ? `for ${age(nowMs / 1000 - card.since_ns / 1e9)}` : "",
    isKnown(card.lag_s) ? `${duration(Number(card.lag_s))} behind` : "",
    isKnown(card.lag_events) && Number(card.lag_events) > 0
      ? counted(Number(card.lag_events), "event") + " to take"
      : "",
    isKnown(card.pid) ? `process ${card.pid}` : "",
  ].filter(Boolean);
  return <p className="text-xs text-quiet">{facts.join(" · ")}</p>;
}

function Role({ card, nowMs }: { card: Card; nowMs: number }) {
  return (
    <li className="flex min-w-0 flex-col gap-1 rounded border border-line p-3">
      <div className="flex items-start justify-between gap-2">
        <span className="min-w-0 font-medium break-words">{card.part}</span>
        <Badge tone={card.is_good ? "good" : "bad"}>{card.is_good ? "good" : "not good"}</Badge>
      </div>
      {card.detail && <p className="break-words">{card.detail}</p>}
      <Facts card={card} nowMs={nowMs} />
      {card.restarts > 0 && (
        <p className="text-xs break-words text-warn">
          begun again {counted(card.restarts, "time")}, last for: {card.fault}
        </p>
      )}
    </li>
  );
}

/** Every part of the trader as a card: state, restarts, how far behind. */
export function Roles({ className }: { className?: string }) {
  const nowMs = useNow();
  const roles = useLive<Card[]>({
    channel: "role_update",
    source: "trader",
    queryKey: ["roles"],
    ask: (signal) => get("/api/v1/system/roles", { signal }).then((answer) => answer.items),
    everyMs: 2000,
  });
  const liveness = useStatus()?.liveness;
  const bad = roles.data?.filter((card) => !card.is_good).length ?? 0;
  return (
    <Panel
      title="Parts"
      note={roles.data && (bad ? `${bad} not good` : `${liveness ?? ""}, all good`)}
      tell={[roles.tell, statusTell]}
      className={className}
    >
      <Answered query={roles}>
        {(items) => (
          <ul className="grid grid-cols-1 gap-3 sm:grid-cols-2 lg:grid-cols-3 2xl:grid-cols-4">
            {[...items]
              .sort((one, other) => Number(one.is_good) - Number(other.is_good))
              .map((card) => (
                <Role key={`${card.part} ${card.pid ?? ""}`} card={card} nowMs={nowMs} />
              ))}
          </ul>
        )}
      </Answered>
    </Panel>
  );
}
