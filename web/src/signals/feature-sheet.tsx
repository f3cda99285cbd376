"use client";

import type { Schema } from "@/data/schemas";
import { number, percent } from "@/format/number";
import { capital, shortName, spaced } from "@/format/words";
import { Stat } from "@/ui/figure";
import { SideSheet } from "@/ui/dialog";
import { Answered, Empty } from "@/ui/states";
import { useFeatures } from "./queries";

interface FeatureSheetProps {
  /** Instrument and alpha, parted by a space; empty while nothing is open. */
  cell: string;
  signals: Schema<"Signals"> | undefined;
  onClose: () => void;
}

type Row = readonly [feature: Schema<"Feature">, value: number | null];

function Features({ rows }: { rows: readonly Row[] }) {
  if (rows.length === 0) return <Empty>This alpha reads no feature of the tape.</Empty>;
  return (
    <dl className="flex flex-col">
      {rows.map(([feature, value]) => (
        <div key={feature.name} className="border-b border-line py-2 last:border-b-0">
          <dt className="flex flex-wrap items-baseline justify-between gap-x-4">
            <code className="figure text-sm break-all whitespace-normal">{feature.name}</code>
            <span className="figure text-base">
              {value === null ? "warming up" : number(value, { digits: { min: 0, max: 6 } })}
              {value !== null && feature.unit && (
                <span className="ml-1 text-xs text-quiet">{feature.unit}</span>
              )}
            </span>
          </dt>
          {feature.parts.map((part) => (
            <dd key={part.written} className="text-xs text-quiet">
              {part.written}: {part.meaning}
            </dd>
          ))}
        </div>
      ))}
    </dl>
  );
}

/** What stands behind a score: what the alpha says, how much it counts, and the features it reads. */
export function FeatureSheet({ cell, signals, onClose }: FeatureSheetProps) {
  const [instrument = "", alpha = ""] = cell.split(" ");
  const features = useFeatures(instrument);
  const row = signals?.items.find((each) => each.instrument === instrument);
  const found = row?.alphas.find((each) => each.alpha === alpha);
  return (
    <SideSheet
      title={`${capital(spaced(alpha))} of ${shortName(instrument)}`}
      isOpen={cell !== ""}
      onClose={onClose}
    >
      {found && (
        <div className="mb-4 grid grid-cols-2 gap-4 sm:grid-cols-4">
          <Stat label="Score">{number(found.score, { sign: true, digits: 3 })}</Stat>
          <Stat label="Confidence">{percent(found.confidence, { digits: 0 })}</Stat>
          <Stat label="Weight">{number(found.weight)}</Stat>
          <Stat label="Of the ensemble" note={found.is_filter ? "a filter scales it" : "its part"}>
            {number(found.contribution, { sign: true, digits: 3 })}
          </Stat>
        </div>
      )}
      <h3 className="text-sm font-semibold">Features it reads</h3>
      <Answered query={features} rows={5}>
        {(answer) => (
          <Features
            rows={answer.items
              .filter((each) => each.alphas.includes(alpha.split("#")[0] ?? ""))
              .map((each) => [each, answer.values[0]?.values[each.name] ?? null] as const)}
          />
        )}
      </Answered>
    </SideSheet>
  );
}
