"use client";

import type { Point } from "@/charts/points";
import { Sparkline } from "@/charts/sparkline";
import type { Schema } from "@/data/schemas";
import { number, percent } from "@/format/number";
import { capital, shortName, spaced } from "@/format/words";
import { ScoreBar } from "@/ui/bar";
import { Badge } from "@/ui/badge";

interface SignalMatrixProps {
  answer: Schema<"Signals">;
  /** The ensemble's scores of the last day, by instrument. */
  histories: ReadonlyMap<string, readonly Point[]>;
  /** Instrument and alpha of the cell that is open. */
  open: string;
  onOpen: (cell: string) => void;
}

interface CellProps {
  cell: Schema<"AlphaCell">;
  instrument: string;
  isOpen: boolean;
  onOpen: () => void;
}

function Cell({ cell, instrument, isOpen, onOpen }: CellProps) {
  const score = cell.is_filter ? "filter" : number(cell.score, { sign: true });
  const name = `${cell.alpha} of ${instrument}`;
  const confidence = percent(cell.confidence, { digits: 0 });
  return (
    <button
      type="button"
      onClick={onOpen}
      aria-pressed={isOpen}
      className="flex w-full min-w-28 flex-col gap-1 rounded px-2 py-1.5 text-left hover:bg-raised aria-pressed:bg-accent-soft"
    >
      <span className="flex items-baseline justify-between gap-2">
        <span className="figure">
          <span className="sr-only">{name}: </span>
          {cell.is_on ? score : "off"}
        </span>
        <span className="figure text-xs text-quiet" title="confidence">
          <span className="sr-only">confidence </span>
          {confidence}
        </span>
      </span>
      <span aria-hidden="true">
        <ScoreBar
          score={cell.is_filter ? (cell.confidence ?? 0) : (cell.score ?? 0)}
          confidence={cell.confidence ?? 0}
          label={name}
        />
      </span>
    </button>
  );
}

function Ensemble({ row, enter }: { row: Schema<"SignalRow">; enter: number }) {
  const isTrading = row.direction !== "flat";
  return (
    <div className="flex min-w-40 flex-col gap-1 px-2 py-1.5">
      <span className="flex items-center justify-between gap-2">
        <span className="figure font-semibold">{number(row.score, { sign: true, digits: 3 })}</span>
        <Badge tone={isTrading ? "accent" : "neutral"}>{row.direction}</Badge>
      </span>
      <ScoreBar score={row.score ?? 0} marks={[enter]} label={`Ensemble of ${row.instrument}`} />
    </div>
  );
}

function Row({ row, props }: { row: Schema<"SignalRow">; props: SignalMatrixProps }) {
  const { answer, histories, open, onOpen } = props;
  const { enter } = answer.thresholds;
  const points = histories.get(row.instrument) ?? [];
  return (
    <tr className="border-t border-line">
      <th scope="row" className="px-4 text-left font-medium whitespace-nowrap">
        {shortName(row.instrument)}
      </th>
      {row.alphas.map((cell) => {
        const key = `${row.instrument} ${cell.alpha}`;
        return (
          <td key={cell.alpha} className="py-1">
            <Cell
              cell={cell}
              instrument={row.instrument}
              isOpen={open === key}
              onOpen={() => onOpen(key)}
            />
          </td>
        );
      })}
      <td className="py-1">
        <Ensemble row={row} enter={enter} />
      </td>
      <td className="px-4">
        <Sparkline
          points={points}
          low={-1}
          high={1}
          marks={[enter, 0, -enter]}
          label={`Ensemble of ${row.instrument} over the last day`}
        />
      </td>
    </tr>
  );
}

/** Instruments by alphas: score as a bar from the middle, confidence as how strongly it is painted. */
export function SignalMatrix(props: SignalMatrixProps) {
  return (
    <div
      tabIndex={0}
      role="region"
      aria-label="Scores by instrument and alpha"
      className="thin-scroll overflow-x-auto"
    >
      <table className="w-full border-collapse text-sm">
        <thead>
          <tr className="text-xs text-quiet">
            <th scope="col" className="h-8 px-4 text-left font-medium">
              Instrument
            </th>
            {props.answer.alphas.map((alpha) => (
              <th key={alpha} scope="col" className="px-2 text-left font-medium whitespace-nowrap">
                {capital(spaced(alpha))}
              </th>
            ))}
            <th scope="col" className="px-2 text-left font-medium">
              Ensemble
            </th>
            <th scope="col" className="px-4 text-left font-medium">
              Last day
            </th>
          </tr>
        </thead>
        <tbody>
          {props.answer.items.map((row) => (
            <Row key={row.instrument} row={row} props={props} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
