/** Values that a form would change, held against those in force. */

import type { Schema } from "@/data/schemas";
import { capital, spaced } from "@/format/words";

export type SettingRow = Schema<"SettingShape">;

export interface Setting {
  /** Its name in the configuration. */
  key: string;
  /** What the control that changes it calls it. */
  name: string;
  control: SettingRow["control"];
  /** What people call it. */
  label: string;
  /** In force; 0 of a limit that is off. */
  value: number;
  unit: string;
  meaning: string;
  /** Whether it is yes or no. */
  isSwitch: boolean;
  /** Whether 0 switches it off. */
  mayBeOff: boolean;
  row: SettingRow;
}

export interface Change {
  setting: Setting;
  before: number;
  /** As it was typed: it is sent as text, so that no digit is lost. */
  after: string;
}

/** Return a row of the settings as a form shows it. */
export function settingOf(row: SettingRow): Setting {
  return {
    key: row.key,
    name: row.name,
    control: row.control,
    label: capital(row.control === "weights" ? row.name : spaced(row.name)),
    value: Number(row.value),
    unit: row.unit,
    meaning: row.description,
    isSwitch: typeof row.value === "boolean",
    // A limit that may be off is off as shipped; the others want a number over 0.
    mayBeOff: row.control === "limits" && Number(row.default) === 0,
    row,
  };
}

/** Return what is typed in a field before anybody typed: nothing where the limit is off. */
export function textOf(setting: Setting): string {
  return setting.mayBeOff && setting.value === 0 ? "" : String(setting.value);
}

/** Return what is wrong with a typed value; empty when nothing is. */
export function faultOf(text: string, mayBeOff = false): string {
  if (mayBeOff && text.trim() === "") return "";
  if (!/^\d+(\.\d+)?$/.test(text.trim())) return "a number, 0 or more";
  return "";
}

/** Return the settings whose typed value differs from the one in force. */
export function changesOf(
  settings: readonly Setting[],
  typed: Readonly<Record<string, string>>,
): Change[] {
  return settings.flatMap((setting) => {
    const text = typed[setting.key]?.trim();
    if (text === undefined || faultOf(text, setting.mayBeOff)) return [];
    const after = text === "" ? "0" : text;
    return Number(after) === setting.value ? [] : [{ setting, before: setting.value, after }];
  });
}

const ORIGINS: Record<string, string> = {
  default: "as shipped",
  event: "changed while it ran",
  run: "the run was begun with it",
};

/** Return where a value came from, in words. */
export function originOf(row: Pick<SettingRow, "origin" | "place">): string {
  const words = ORIGINS[row.origin] ?? row.origin;
  return row.place ? `${words}: ${row.place}` : words;
}

/** Return a value of any setting as text; a dash for one that was never given. */
export function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return "—";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.length ? value.map(shown).join(", ") : "none";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
