"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue } from "react";
import { get } from "@/data/client";
import { askedTold } from "@/data/freshness";
import type { components } from "@/data/openapi";
import { useAddress } from "@/state/address";
import { Badge, type Tone } from "@/ui/badge";
import { Time } from "@/ui/figure";
import { Choice, Search } from "@/ui/form";
import { Panel } from "@/ui/panel";
import { Answered, Empty } from "@/ui/states";

type Line = components["schemas"]["LogLine"];
const SHOWN = 100;
const EVERY_MS = 2000;

const LEVELS = [
  { value: "info", label: "All" },
  { value: "warning", label: "Warnings" },
  { value: "error", label: "Errors" },
];
const PROCESSES = [
  { value: "trader", label: "Trader" },
  { value: "api", label: "API" },
  { value: "gateway", label: "Gateway" },
];
const TONES: Record<string, Tone> = { warning: "warn", error: "bad", critical: "bad" };

function useLog(process: string, level: string, text: string) {
  return useQuery({
    queryKey: ["log", process, level, text],
    queryFn: ({ signal }) =>
      get("/api/v1/system/logs", {
        query: {
          process: process as "trader",
          level: level as "info",
          text,
          limit: SHOWN,
        },
        signal,
      }),
    placeholderData: keepPreviousData,
    refetchInterval: EVERY_MS,
  });
}

function Row({ line }: { line: Line }) {
  const fields = Object.entries(line.fields)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
  return (
    <li className="grid grid-cols-[64px_72px_1fr] gap-x-3 px-4 py-1">
      <Time ns={line.at_ns} />
      <span>
        <Badge tone={TONES[line.level] ?? "neutral"}>{line.level}</Badge>
      </span>
      <span className="min-w-0 break-words">
        {line.message} <span className="font-mono text-xs text-quiet">{fields}</span>
      </span>
    </li>
  );
}

/** The end of the log, newest lines first. */
export function Logs({ className }: { className?: string }) {
  const [process, setProcess] = useAddress("log", "trader");
  const [level, setLevel] = useAddress("level", "info");
  const [text, setText] = useAddress("words", "");
  const query = useLog(process, level, useDeferredValue(text));
  return (
    <Panel
      title="Log"
      tell={() => askedTold(query.dataUpdatedAt, EVERY_MS)}
      className={className}
      isFlush
      actions={
        <>
          <Choice label="Process" value={process} options={PROCESSES} onChange={setProcess} />
          <Choice label="Level" value={level} options={LEVELS} onChange={setLevel} />
          <Search label="Search the log" value={text} onChange={setText} />
        </>
      }
    >
      <Answered query={query} rows={8}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty>No line is of this kind.</Empty>
          ) : (
            <ul
              tabIndex={0}
              aria-label="Lines of the log"
              className="thin-scroll max-h-100 divide-y divide-line overflow-y-auto"
            >
              {page.items.map((line, index) => (
                <Row key={`${line.at_ns} ${index}`} line={line} />
              ))}
            </ul>
          )
        }
      </Answered>
    </Panel>
  );
}
