import { number, percent } from "@/format/number";
import { duration } from "@/format/time";
import { Figure, Pnl, Stat } from "@/ui/figure";
import type { WindowFigures } from "./figures";

const NEEDS_WEEK = "needs 7 days";

/** The figures of a window at a glance; those of a year are left out of short windows. */
export function FiguresRow({ figures }: { figures: WindowFigures }) {
  const year = (value: number | null) => (value === null ? NEEDS_WEEK : "a year");
  const { volatility, period, period_volatility } = figures;
  return (
    <div className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-4 2xl:grid-cols-8">
      <Stat label="Profit" note={figures.currency}>
        <Pnl value={figures.pnl} />
      </Stat>
      <Stat label="Return" note={`${figures.returns} returns of ${period}`}>
        <Figure
          value={figures.total_return}
          text={percent(figures.total_return, { sign: true })}
          isColored
        />
      </Stat>
      <Stat label="Deepest fall" note={`within the range, now ${percent(figures.drawdown_end)}`}>
        <Figure value={figures.max_drawdown} text={percent(figures.max_drawdown)} />
      </Stat>
      <Stat
        label={volatility === null ? `Volatility of ${period}` : "Volatility"}
        note={volatility === null ? "a year's needs 7 days" : "a year"}
      >
        <Figure
          value={volatility ?? period_volatility}
          text={
            volatility === null ? percent(period_volatility, { digits: 3 }) : percent(volatility)
          }
        />
      </Stat>
      <Stat label="Sharpe" note={year(figures.sharpe)}>
        <Figure value={figures.sharpe} />
      </Stat>
      <Stat label="Sortino" note={year(figures.sortino)}>
        <Figure value={figures.sortino} />
      </Stat>
      <Stat label={`Best ${period}`}>
        <Figure
          value={figures.best_period}
          text={percent(figures.best_period, { digits: 3, sign: true })}
          isColored
        />
      </Stat>
      <Stat label={`Worst ${period}`}>
        <Figure
          value={figures.worst_period}
          text={percent(figures.worst_period, { digits: 3, sign: true })}
          isColored
        />
      </Stat>
    </div>
  );
}

/** What trading cost, and what the trades brought. */
export function Costs({ figures }: { figures: WindowFigures }) {
  const { trades, currency } = figures;
  const holdingNs = trades.average_holding_ns;
  return (
    <div className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-4">
      <Stat label="Fees" size="lg" note={`${number(figures.cost_bps)} bps of what was traded`}>
        <Figure value={figures.fees} unit={currency} />
      </Stat>
      <Stat label="Funding" size="lg" note="paid for holding">
        <Figure value={figures.funding} unit={currency} />
      </Stat>
      <Stat label="Traded" size="lg" note={`${number(figures.turnover)} × the account`}>
        <Figure value={figures.traded} unit={currency} digits={0} />
      </Stat>
      <Stat label="Trades closed" size="lg" note={`${trades.open} open`}>
        <Figure value={trades.closed} digits={0} />
      </Stat>
      <Stat label="Won" size="lg" note={`at most ${trades.longest_losing_streak} lost in a row`}>
        <Figure value={trades.win_rate} text={percent(trades.win_rate, { digits: 0 })} />
      </Stat>
      <Stat label="Profit factor" size="lg" note="gains over losses">
        <Figure value={trades.profit_factor} />
      </Stat>
      <Stat
        label="A trade brings"
        size="lg"
        note={`won ${number(trades.average_win, { sign: true })}, lost ${number(trades.average_loss, { sign: true })}`}
      >
        <Pnl value={trades.expectancy} unit={currency} />
      </Stat>
      <Stat label="Held for" size="lg" note="on average">
        <span className="figure">{duration(holdingNs === null ? null : holdingNs / 1e9)}</span>
      </Stat>
    </div>
  );
}
