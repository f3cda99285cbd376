"use client";

import { useHeld } from "@/data/live";
import type { Status } from "@/data/shapes";
import { statusTell, useStaleAge } from "@/data/use-live";
import { percent, shareOf } from "@/format/number";
import { age, clock, dayClock, isApart, otherTime, staleWords, timeZone } from "@/format/time";
import { UseBar } from "@/ui/bar";
import { Light } from "@/ui/badge";
import { Figure, Pnl } from "@/ui/figure";
import { Icon } from "@/ui/icons";
import { EmergencyStop } from "./emergency-stop";
import { lightsOf } from "./lights";
import { modeOf } from "./mode";
import { Person } from "./person";
import { useNow } from "./use-now";

function ModeBadge({ status }: { status: Status }) {
  const mode = modeOf(status);
  const tone = mode.isLive ? "border-live bg-live text-white" : "border-accent text-accent";
  return (
    <div className="flex items-center gap-1.5">
      <span
        title={`${status.mode}: ${mode.note}`}
        className={`inline-flex h-6 items-center rounded border-2 px-2 text-xs font-bold tracking-wide ${tone}`}
      >
        {mode.word}
      </span>
      {mode.halted && (
        <span
          role="status"
          title={mode.halted}
          className="inline-flex h-6 items-center rounded border-2 border-warn bg-warn-soft px-2 text-xs font-bold tracking-wide text-warn uppercase"
        >
          {mode.halted.startsWith("stop") ? (
            mode.halted
          ) : (
            <>
              halted
              <span className="whitespace-pre max-lg:sr-only">{`: ${mode.halted}`}</span>
            </>
          )}
        </span>
      )}
    </div>
  );
}

function Money({ status }: { status: Status }) {
  const limit = status.limits.max_drawdown;
  const share = shareOf(status.drawdown, limit);
  return (
    <dl className="flex items-center gap-5 max-sm:flex-col max-sm:items-start max-sm:gap-0">
      <div className="flex items-baseline gap-2">
        <dt className="text-xs text-quiet max-lg:sr-only">NAV</dt>
        <dd className="text-base font-medium max-sm:text-sm max-sm:leading-tight">
          <Figure value={status.nav} digits={2} unit={status.currency} />
        </dd>
      </div>
      <div className="flex items-baseline gap-2 max-sm:gap-1">
        <dt className="text-xs text-quiet group-data-tight/bar:sm:max-lg:sr-only">Today</dt>
        <dd className="text-base font-medium max-sm:text-xs max-sm:leading-tight">
          <Pnl value={status.pnl_day} digits={2} />
        </dd>
      </div>
      <div className="flex items-center gap-2 group-data-tight/bar:max-2xl:hidden max-lg:hidden">
        <dt className="text-xs text-quiet">Drawdown</dt>
        <dd
          className="flex items-center gap-2"
          title={limit === undefined ? "no limit is set" : `limit ${percent(limit, { digits: 0 })}`}
        >
          <Figure value={status.drawdown} text={percent(status.drawdown)} />
          {limit !== undefined && (
            <span className="w-16">
              <UseBar share={share} label="Drawdown against its limit" />
            </span>
          )}
        </dd>
      </div>
    </dl>
  );
}

function Lights({ status, nowMs, isStale }: { status: Status; nowMs: number; isStale: boolean }) {
  return (
    <ul className="flex items-center gap-3 max-xl:gap-2 max-md:hidden" aria-label="Health">
      {lightsOf(isStale ? undefined : status.health).map((light) => {
        const since = light.sinceNs ? `, for ${age(nowMs / 1000 - light.sinceNs / 1e9)}` : "";
        return (
          <li
            key={light.name}
            title={`${light.name}: ${light.words}${since}`}
            className="flex items-center gap-1.5 text-xs text-quiet"
          >
            <Light state={light.state} />
            <span className="group-data-tight/bar:max-2xl:sr-only max-xl:sr-only">
              {light.name}
            </span>
            <span className="sr-only">{light.state}</span>
            {light.state === "bad" && <span className="figure text-bad">{since.slice(6)}</span>}
          </li>
        );
      })}
    </ul>
  );
}

/** The time of the market, where that is another than this machine's: a replay, at any speed. */
function MarketClock({ ns }: { ns: number }) {
  return (
    <time
      className="figure text-sm whitespace-nowrap text-quiet group-data-tight/bar:max-2xl:hidden max-lg:hidden"
      title={`The trader's clock, which trades and charts go by: ${dayClock(ns)}`}
    >
      {clock(ns)}
      <span className="ml-1 text-xs">market</span>
    </time>
  );
}

function Clock({ nowMs, marketNs }: { nowMs: number; marketNs: number | undefined }) {
  if (nowMs === 0) return <span className="w-16 max-lg:hidden" />;
  if (isApart(marketNs, nowMs)) return <MarketClock ns={marketNs} />;
  return (
    <time
      className="figure text-sm whitespace-nowrap text-quiet group-data-tight/bar:max-2xl:hidden max-lg:hidden"
      title={otherTime(nowMs * 1e6)}
    >
      {clock(nowMs * 1e6)}
      {timeZone() && <span className="ml-1 text-xs">UTC</span>}
    </time>
  );
}

/** What is always in sight: whose money, how much, how it is, and the way to stop it. */
export function TopBar({ onPalette }: { onPalette: () => void }) {
  const held = useHeld<Status>("status");
  const nowMs = useNow();
  const staleS = useStaleAge(statusTell);
  const isStale = staleS !== null;
  const status = held?.body;
  // What holds it back, and the way out, take the place of what is also told elsewhere.
  const isTight = status !== undefined && modeOf(status).halted !== "";
  return (
    <header
      data-tight={isTight || undefined}
      className="group/bar sticky top-0 z-30 flex h-12 items-center gap-5 border-b border-line bg-panel px-4 max-md:gap-3 max-md:px-3"
    >
      <span className="text-base font-semibold tracking-tight group-data-tight/bar:max-2xl:hidden max-lg:hidden">
        Traider
      </span>
      {status ? (
        <ModeBadge status={status} />
      ) : (
        <span
          role="status"
          title="Whether this is paper or real money is known when the trader was heard"
          className="inline-flex h-6 items-center rounded border-2 border-line-strong px-2 text-xs font-bold tracking-wide whitespace-nowrap text-quiet"
        >
          NOT HEARD YET
        </span>
      )}
      {status && (
        <div
          className={`group-data-tight/bar:max-[340px]:hidden ${isStale ? "opacity-60 grayscale" : ""}`}
        >
          <Money status={status} />
        </div>
      )}
      {status && isStale && (
        <span className="figure text-xs text-warn max-sm:hidden">{staleWords(staleS)}</span>
      )}
      <div className="ml-auto flex items-center gap-4 max-md:gap-2">
        {status && <Lights status={status} nowMs={nowMs} isStale={isStale} />}
        <Clock nowMs={nowMs} marketNs={isStale ? undefined : status?.now_ns} />
        <button
          type="button"
          onClick={onPalette}
          aria-label="Search and commands, Ctrl K"
          title="Search and commands (Ctrl-K)"
          className="flex h-8 items-center gap-2 rounded border border-line px-2 text-quiet hover:bg-raised hover:text-text max-sm:hidden"
        >
          <Icon name="search" />
          <kbd
            aria-hidden="true"
            className="font-sans text-xs whitespace-nowrap group-data-tight/bar:max-2xl:hidden max-lg:hidden"
          >
            Ctrl K
          </kbd>
        </button>
        <Person />
        <EmergencyStop status={status} />
      </div>
    </header>
  );
}
