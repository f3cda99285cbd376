import { number, percent } from "@/format/number";
import type { MetricRow } from "./metrics";

interface MetricTableProps {
  label: string;
  names: readonly string[];
  /** Currency of the money of each run. */
  currencies: readonly string[];
  rows: readonly MetricRow[];
}

function written(row: MetricRow, value: number | null): string {
  if (row.form === "gain") return percent(value, { sign: true });
  if (row.form === "fraction") return percent(value);
  return number(value, { digits: row.form === "money" ? 2 : { min: 0, max: 2 } });
}

/** Figures of runs side by side; the best of each row is set bold and says so. */
export function MetricTable({ label, names, currencies, rows }: MetricTableProps) {
  return (
    <div tabIndex={0} role="region" aria-label={label} className="thin-scroll overflow-x-auto">
      <table className="w-full border-collapse text-sm">
        <thead>
          <tr className="text-xs text-quiet">
            <th scope="col" className="h-8 px-4 text-left font-medium">
              Figure
            </th>
            {names.map((name, place) => (
              <th key={place} scope="col" className="px-3 text-right font-medium last:pr-4">
                <span className="wrap-anywhere">{name}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name} className="border-t border-line">
              <th
                scope="row"
                className="h-8 px-4 text-left font-normal whitespace-nowrap text-quiet"
              >
                {row.name}
              </th>
              {row.values.map((value, place) => (
                <td
                  key={place}
                  className={`figure px-3 text-right last:pr-4 ${row.best === place ? "font-semibold" : ""}`}
                >
                  {row.best === place && (
                    <span className="mr-1.5 font-sans text-xs text-good">best</span>
                  )}
                  {written(row, value)}
                  {row.form === "money" && value !== null && (
                    <span className="text-[0.85em] text-quiet"> {currencies[place]}</span>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
