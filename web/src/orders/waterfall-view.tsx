import { microseconds } from "@/format/time";
import { type Laid, laidOut, type Stage } from "./waterfall";

function Row({ stage }: { stage: Laid }) {
  return (
    <div className="contents">
      <dt className="text-quiet">{stage.stage}</dt>
      <dd className="flex items-center gap-3">
        <span className="relative h-3 flex-1 rounded-sm bg-sunken" aria-hidden="true">
          <span
            className="absolute inset-y-0 rounded-sm bg-accent"
            style={{ left: `${stage.left * 100}%`, width: `${stage.width * 100}%` }}
          />
        </span>
        <span className="figure w-18 text-right">{microseconds(stage.length_us)}</span>
      </dd>
    </div>
  );
}

/** Where the time went from the event to the acknowledgement; a fill has all the time it wants. */
export function Waterfall({ stages }: { stages: readonly Stage[] }) {
  const fill = stages.find((stage) => stage.stage === "fill");
  const laid = laidOut(stages, (stage) => stage === "fill");
  return (
    <>
      <dl className="grid grid-cols-[64px_1fr] items-center gap-x-3 gap-y-1.5">
        {laid.map((stage) => (
          <Row key={stage.stage} stage={stage} />
        ))}
      </dl>
      {fill && (
        <p className="mt-2 text-quiet">
          First fill after <span className="figure">{microseconds(fill.length_us)}</span> more.
        </p>
      )}
    </>
  );
}
