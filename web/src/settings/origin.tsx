import { Time } from "@/ui/figure";
import { originOf, type SettingRow, shown } from "./changes";

/** Where a value came from; of one that was changed, by whom, when, from what and why. */
export function Origin({ row }: { row: SettingRow }) {
  if (row.changed_ns === null) return <>{originOf(row)}</>;
  const was = row.control === "limits" && Number(row.changed_from) === 0;
  return (
    <>
      {row.changed_by}, <Time ns={row.changed_ns} withDay />, from{" "}
      {was ? "off" : shown(row.changed_from)}
      {row.changed_why && <>: “{row.changed_why}”</>}
    </>
  );
}
