"use client";

import { memo, useMemo } from "react";
import type { Schema } from "@/data/schemas";
import { placesOf } from "@/format/number";
import { useAddress } from "@/state/address";
import { Choice } from "@/ui/form";
import { Panel } from "@/ui/panel";
import { Answered, Empty } from "@/ui/states";
import { CandleChart } from "./candle-chart";
import { HealthStrip } from "./health-strip";
import { chosenOverlays, OVERLAYS, overlaySeries, toggled } from "./overlays";
import {
  type Frame,
  FRAMES,
  type MarketProps,
  type Traded,
  useBars,
  useFills,
  useOpenOrders,
  useQuality,
} from "./queries";
import { barsOf, faultsOf, fillsOf, shadesOf } from "./readings";

const FRAME_OPTIONS = FRAMES.map((frame) => ({ value: frame, label: frame }));
const HEIGHT = 460;
/** How many bars pass before the quality of the data is asked for from a later one on. */
const ASKED_BARS = 60;

function isFrame(text: string): text is Frame {
  return (FRAMES as readonly string[]).includes(text);
}

function OverlayChoice({ chosen, onChange }: { chosen: string; onChange: (text: string) => void }) {
  const on = chosenOverlays(chosen);
  return (
    <div role="group" aria-label="Indicators" className="inline-flex gap-1">
      {OVERLAYS.map((overlay) => (
        <button
          key={overlay.id}
          type="button"
          aria-pressed={on.includes(overlay)}
          onClick={() => onChange(toggled(chosen, overlay.id))}
          className="h-6 rounded-sm border border-transparent px-2 text-xs font-medium text-quiet hover:text-text aria-pressed:border-accent aria-pressed:text-accent"
        >
          {overlay.label}
        </button>
      ))}
    </div>
  );
}

/** Our open orders in a market, as levels of the chart. */
function useOrderLevels(name: string) {
  const orders = useOpenOrders();
  return useMemo(
    () =>
      orders
        .filter((order) => order.name === name)
        .flatMap((order) => {
          const level = Number(order.price || order.trigger);
          return level > 0 ? [{ price: level, side: order.side, size: order.leaves }] : [];
        }),
    [orders, name],
  );
}

function MarketChart({ traded, marketTell, className }: MarketProps) {
  const [frameText, setFrame] = useAddress("frame", "1m");
  const [overlayText, setOverlays] = useAddress("indicators", "ema");
  const frame = isFrame(frameText) ? frameText : "1m";
  const overlays = useMemo(() => chosenOverlays(overlayText), [overlayText]);
  const asked = overlays.flatMap((each) => each.lines.map((line) => line.indicator)).join(",");
  const bars = useBars(traded.name, frame, asked);
  return (
    <Panel
      title={traded.name}
      note={traded.kind}
      actions={
        <>
          <OverlayChoice chosen={overlayText} onChange={setOverlays} />
          <Choice
            label="Length of a bar"
            value={frame}
            options={FRAME_OPTIONS}
            onChange={setFrame}
          />
        </>
      }
      tell={[bars.tell, marketTell]}
      className={className}
      isFlush
    >
      <div style={{ minHeight: HEIGHT }}>
        <Answered query={bars} rows={10}>
          {(answer) =>
            answer.bars.length === 0 ? (
              <Empty>No bar of this length yet; the first comes with the first trade.</Empty>
            ) : (
              <Drawn traded={traded} answer={answer} overlayText={overlayText} />
            )
          }
        </Answered>
      </div>
    </Panel>
  );
}

export const ChartPanel = memo(MarketChart);

function Drawn({
  traded,
  answer,
  overlayText,
}: {
  traded: Traded;
  answer: Schema<"Bars">;
  overlayText: string;
}) {
  const bars = useMemo(() => barsOf(answer.bars), [answer.bars]);
  const digits = placesOf(traded.tick_size);
  const stepS = answer.frame_ns / 1e9;
  const fromNs = bars[0]?.openNs ?? null;
  const untilNs = Math.max(answer.as_of.now_ns, (bars.at(-1)?.openNs ?? 0) + answer.frame_ns);
  // In steps, so that each new bar is no new question.
  const stepNs = ASKED_BARS * answer.frame_ns;
  const askedNs = fromNs === null ? null : Math.floor(fromNs / stepNs) * stepNs;
  const quality = useQuality(traded.name, askedNs).data?.items[0];
  const fills = useFills(traded.name).data;
  const orders = useOrderLevels(traded.name);
  const faults = useMemo(() => (quality ? faultsOf(quality) : []), [quality]);
  const shaded = useMemo(() => shadesOf(faults, untilNs), [faults, untilNs]);
  const drawnFills = useMemo(() => fillsOf(fills?.items ?? []), [fills]);
  const overlays = useMemo(
    () =>
      overlaySeries(
        chosenOverlays(overlayText),
        answer.indicators,
        answer.bars.map((bar) => bar.open_ns),
        digits,
      ),
    [overlayText, answer.indicators, answer.bars, digits],
  );
  return (
    <>
      <CandleChart
        name={traded.name}
        bars={bars}
        stepS={stepS}
        fills={drawnFills}
        orders={orders}
        overlays={overlays}
        shaded={shaded}
        priceDigits={digits}
        height={HEIGHT}
      />
      {fromNs !== null && <HealthStrip spans={faults} fromNs={fromNs} untilNs={untilNs} />}
    </>
  );
}
