/** What the page of settings asks the server for in several places. */

import { useQuery } from "@tanstack/react-query";
import { get } from "@/data/client";
import { type Setting, settingOf, type SettingRow } from "./changes";

export const SETTINGS_KEY = ["settings"] as const;

export function useSettings() {
  return useQuery({
    queryKey: SETTINGS_KEY,
    queryFn: ({ signal }) => get("/api/v1/settings", { signal }),
    refetchInterval: 10_000,
  });
}

/** Return the settings that one control changes, in the order of the configuration. */
export function controlled(
  groups: readonly { settings: readonly SettingRow[] }[],
  control: SettingRow["control"],
): Setting[] {
  return groups
    .flatMap((group) => group.settings)
    .filter((row) => row.control === control)
    .map(settingOf);
}
