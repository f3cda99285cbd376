"use client";

/** A table that sorts, filters and goes out as CSV; rows can be opened by mouse and keyboard. */

import { memo, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { problemOf } from "@/data/problem";
import { type Cell, csvOf, download } from "@/format/csv";
import { Button } from "./button";
import { Icon } from "./icons";
import { Empty } from "./states";

export interface Column<Row> {
  key: string;
  label: string;
  /** What is shown. */
  cell: (row: Row) => ReactNode;
  /** What it is sorted, searched and exported by; without it, none of the three. */
  value?: (row: Row) => Cell;
  /** Numbers stand at the right. */
  isNumber?: boolean;
  /** Left out below this width: what a phone can do without. */
  from?: "sm" | "md" | "lg";
  width?: string;
}

interface TableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  onOpen?: (row: Row) => void;
  /** Key of the column it is sorted by at first, with a minus before it for downward. */
  sortedBy?: string;
  empty: ReactNode;
  /** Words that a row must hold. */
  search?: string;
  /** Name of the CSV file; without it there is no button. */
  csv?: string;
  /** Brings every row of the file, where not all of them are loaded. */
  everyRow?: () => Promise<readonly Row[]>;
  /** Rows shown before "show more". */
  pageSize?: number;
  openKey?: string;
}

const FROM = { sm: "max-sm:hidden", md: "max-md:hidden", lg: "max-lg:hidden" } as const;

function compare(one: Cell, other: Cell): number {
  const isNone = (value: Cell) => value === null || value === undefined || value === "";
  if (isNone(one) || isNone(other)) return Number(isNone(one)) - Number(isNone(other));
  const [a, b] = [Number(one), Number(other)];
  if (Number.isFinite(a) && Number.isFinite(b)) return a - b;
  return String(one).localeCompare(String(other));
}

/** Return the rows that hold every word of `search`, sorted by a column. */
export function arranged<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sort: string,
  search = "",
): Row[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const textOf = (row: Row) =>
    columns
      .map((column) => String(column.value?.(row) ?? ""))
      .join(" ")
      .toLowerCase();
  const found = rows.filter((row) => {
    const text = words.length ? textOf(row) : "";
    return words.every((word) => text.includes(word));
  });
  const key = sort.replace(/^-/, "");
  const value = columns.find((column) => column.key === key)?.value;
  if (value === undefined) return found;
  const direction = sort.startsWith("-") ? -1 : 1;
  return found.sort((one, other) => direction * compare(value(one), value(other)));
}

function exportCsv<Row>(name: string, columns: readonly Column<Row>[], rows: readonly Row[]) {
  const told = columns.filter((column) => column.value !== undefined);
  const lines = rows.map((row) => told.map((column) => column.value?.(row)));
  download(
    name,
    csvOf(
      told.map((column) => column.key),
      lines,
    ),
  );
}

/** Writes the file: of the rows shown, or of every one where they are brought first. */
function useCsv<Row>({ csv, columns, everyRow }: TableProps<Row>, found: readonly Row[]) {
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const run = async () => {
    if (csv === undefined) return;
    setBusy(true);
    setFault("");
    try {
      exportCsv(csv, columns, everyRow ? await everyRow() : found);
    } catch (caught) {
      const problem = problemOf(caught);
      setFault(`no file: ${problem.detail || problem.title}`);
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, fault, run: () => void run() };
}

function Heading<Row>({
  column,
  sort,
  onSort,
}: {
  column: Column<Row>;
  sort: string;
  onSort: (sort: string) => void;
}) {
  const isDown = sort === `-${column.key}`;
  const isSorted = isDown || sort === column.key;
  // Above buttons stands no word, so that there is nothing to head.
  const Cell = column.label === "" ? "td" : "th";
  return (
    <Cell
      scope={column.label === "" ? undefined : "col"}
      aria-sort={isSorted ? (isDown ? "descending" : "ascending") : undefined}
      style={{ width: column.width }}
      className={`h-8 border-b border-line px-3 text-xs font-medium whitespace-nowrap text-quiet first:pl-4 last:pr-4 @max-md:px-2 ${column.isNumber ? "text-right" : "text-left"} ${column.from ? FROM[column.from] : ""}`}
    >
      {column.value === undefined ? (
        column.label
      ) : (
        <button
          type="button"
          onClick={() => onSort(isDown ? column.key : `-${column.key}`)}
          className="inline-flex items-center gap-1 hover:text-text"
        >
          {column.label}
          {isSorted && <Icon name={isDown ? "down" : "up"} size={8} />}
        </button>
      )}
    </Cell>
  );
}

interface RowProps<Row> {
  row: Row;
  columns: readonly Column<Row>[];
  isOpen: boolean;
  onOpen?: (row: Row) => void;
}

function TableRow<Row>({ row, columns, isOpen, onOpen }: RowProps<Row>) {
  return (
    <tr
      tabIndex={onOpen ? 0 : undefined}
      aria-selected={isOpen || undefined}
      onClick={onOpen && (() => onOpen(row))}
      onKeyDown={onOpen && ((event) => event.key === "Enter" && onOpen(row))}
      className={`border-b border-line last:border-b-0 ${onOpen ? "cursor-pointer hover:bg-raised focus-visible:bg-raised" : ""} ${isOpen ? "bg-accent-soft" : ""}`}
    >
      {columns.map((column) => (
        <td
          key={column.key}
          className={`h-8 px-3 py-1 first:pl-4 last:pr-4 @max-md:px-2 ${column.isNumber ? "figure text-right" : ""} ${column.from ? FROM[column.from] : ""}`}
        >
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}

/** A row is drawn anew only when it, or what its columns are, changed. */
const Row = memo(TableRow) as typeof TableRow;

export function Table<Row>(props: TableProps<Row>) {
  const { columns, rows, rowKey, onOpen, pageSize = 200 } = props;
  // What opens a row may be another function each time; rows need not know.
  const opens = useRef(onOpen);
  useEffect(() => {
    opens.current = onOpen;
  }, [onOpen]);
  const open = useCallback((row: Row) => opens.current?.(row), []);
  const [sort, setSort] = useState(props.sortedBy ?? "");
  const [shown, setShown] = useState(pageSize);
  const found = useMemo(
    () => arranged(rows, columns, sort, props.search),
    [rows, columns, sort, props.search],
  );
  const csv = useCsv(props, found);
  if (rows.length === 0) return <Empty>{props.empty}</Empty>;
  return (
    <div className="flex min-w-0 flex-col">
      <div
        tabIndex={0}
        role="region"
        aria-label={`Table: ${props.label}`}
        className="thin-scroll @container overflow-x-auto"
      >
        <table className="w-full border-collapse text-sm">
          <thead>
            <tr>
              {columns.map((column) => (
                <Heading key={column.key} column={column} sort={sort} onSort={setSort} />
              ))}
            </tr>
          </thead>
          <tbody>
            {found.slice(0, shown).map((row) => (
              <Row
                key={rowKey(row)}
                row={row}
                columns={columns}
                isOpen={props.openKey === rowKey(row)}
                onOpen={onOpen && open}
              />
            ))}
          </tbody>
        </table>
      </div>
      <Foot
        all={rows.length}
        found={found.length}
        shown={Math.min(shown, found.length)}
        onMore={() => setShown(shown + pageSize)}
        onCsv={props.csv ? csv.run : undefined}
        isCsvBusy={csv.isBusy}
        csvFault={csv.fault}
      />
    </div>
  );
}

function Foot(props: {
  all: number;
  found: number;
  shown: number;
  onMore: () => void;
  onCsv?: () => void;
  isCsvBusy: boolean;
  csvFault: string;
}) {
  const isAll = props.found === props.all && props.shown === props.found;
  if (isAll && !props.onCsv) return null;
  return (
    <div className="flex items-center gap-3 border-t border-line px-4 py-1.5 text-xs text-quiet">
      <span>
        {isAll ? `${props.all} rows` : `${props.shown} of ${props.found} rows`}
        {props.found < props.all && `, ${props.all - props.found} filtered out`}
      </span>
      {props.shown < props.found && (
        <Button tone="quiet" onClick={props.onMore}>
          Show more
        </Button>
      )}
      {props.csvFault && (
        <span role="alert" className="text-bad">
          {props.csvFault}
        </span>
      )}
      {props.onCsv && (
        <Button tone="quiet" className="ml-auto" isBusy={props.isCsvBusy} onClick={props.onCsv}>
          <Icon name="download" /> CSV
        </Button>
      )}
    </div>
  );
}
