"use client";

import type { Schema } from "@/data/schemas";
import { number } from "@/format/number";
import { capital, spaced } from "@/format/words";
import { Badge, type Tone } from "@/ui/badge";
import { SideSheet } from "@/ui/dialog";
import { Answered } from "@/ui/states";
import { useFindings } from "./queries";

const TONES: Record<Schema<"FindingShape">["severity"], Tone> = {
  error: "bad",
  warning: "warn",
  note: "neutral",
};

/** What a check of every row of a series found, the bad things first. */
export function FindingsSheet({ series, onClose }: { series: string; onClose: () => void }) {
  const [instrument = "", kind = ""] = series.split(" ");
  const findings = useFindings(instrument, kind);
  return (
    <SideSheet title={`Check of ${instrument} ${kind}`} isOpen={series !== ""} onClose={onClose}>
      <Answered query={findings} rows={5}>
        {(answer) => (
          <>
            <p className="text-quiet">
              {number(answer.rows, { digits: 0 })} rows were checked.
              {answer.findings.length === 0 && " Nothing is wrong with them."}
            </p>
            <ul className="mt-3 flex flex-col gap-3">
              {answer.findings.map((finding) => (
                <li key={finding.kind} className="border-b border-line pb-3 last:border-b-0">
                  <p className="flex flex-wrap items-center gap-2">
                    <Badge tone={TONES[finding.severity]}>{finding.severity}</Badge>
                    <span className="font-medium">{capital(spaced(finding.kind))}</span>
                    <span className="figure text-xs text-quiet">
                      {number(finding.count, { digits: 0 })} ×
                    </span>
                  </p>
                  <p className="mt-1">{finding.meaning}</p>
                  {finding.places.map((place) => (
                    <p key={place} className="figure text-xs whitespace-normal text-quiet">
                      {place}
                    </p>
                  ))}
                </li>
              ))}
            </ul>
          </>
        )}
      </Answered>
    </SideSheet>
  );
}
