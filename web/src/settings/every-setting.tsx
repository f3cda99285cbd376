"use client";

import { useState } from "react";
import { capital, spaced } from "@/format/words";
import { Search, Switch } from "@/ui/form";
import { Panel } from "@/ui/panel";
import { Answered } from "@/ui/states";
import { type Column, Table } from "@/ui/table";
import { type SettingRow, shown } from "./changes";
import { Origin } from "./origin";
import { useSettings } from "./queries";

const COLUMNS: readonly Column<SettingRow>[] = [
  {
    key: "key",
    label: "Setting",
    value: (row) => `${row.key} ${row.description}`,
    cell: (row) => (
      <>
        <code className="font-mono text-xs">{row.key}</code>
        <span className="block max-w-prose text-xs text-quiet">{row.description}</span>
      </>
    ),
  },
  {
    key: "value",
    label: "In force",
    width: "24%",
    value: (row) => shown(row.value),
    cell: (row) => (
      <span className="figure inline-block max-w-64 break-all whitespace-normal">
        {shown(row.value)}
        {row.unit && <span className="ml-1 text-xs text-quiet">{row.unit}</span>}
      </span>
    ),
  },
  {
    key: "default",
    label: "Default",
    width: "12%",
    from: "md",
    value: (row) => shown(row.default),
    cell: (row) => (
      <span className="figure inline-block max-w-48 break-all whitespace-normal text-quiet">
        {shown(row.default)}
      </span>
    ),
  },
  {
    key: "origin",
    label: "From",
    width: "24%",
    from: "sm",
    value: (row) => `${row.origin} ${row.changed_by} ${row.changed_why}`,
    cell: (row) => (
      <span className="text-xs">
        <Origin row={row} />
        {!row.is_as_file && row.changed_ns === null && (
          <span className="block break-all text-warn">
            a new run begins with {shown(row.file_value)}
          </span>
        )}
      </span>
    ),
  },
];

function isChanged(row: SettingRow): boolean {
  return row.origin !== "default";
}

/** Every setting of the run: in force, default, meaning, and where it came from. */
export function EverySetting() {
  const [words, setWords] = useState("");
  const [isAll, setAll] = useState(false);
  return (
    <Panel
      title="Every setting"
      note="secrets are hidden"
      isFlush
      actions={
        <>
          <Switch label="Those as shipped" isOn={isAll} onChange={setAll} />
          <Search label="Search settings" value={words} onChange={setWords} />
        </>
      }
    >
      <Answered query={useSettings()}>
        {({ groups }) => (
          <>
            {groups.map(({ name, settings }) => {
              const rows = settings.filter((row) => isAll || words !== "" || isChanged(row));
              if (rows.length === 0) return null;
              const title = name ? capital(spaced(name)) : "The run";
              return (
                <section key={name} aria-label={title} className="border-b border-line">
                  <h3 className="px-4 pt-4 pb-1 font-semibold">{title}</h3>
                  <Table
                    label={title}
                    columns={COLUMNS}
                    rows={rows}
                    rowKey={(row) => row.key}
                    search={words}
                    empty="Nothing is set here."
                  />
                </section>
              );
            })}
            <p className="px-4 py-3 text-quiet">
              Limits, thresholds and weights change while the run goes on; what else is different in
              the file counts for a new run.
            </p>
          </>
        )}
      </Answered>
    </Panel>
  );
}
