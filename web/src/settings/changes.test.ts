import { describe, expect, it } from "vitest";
import { changesOf, faultOf, originOf, settingOf, type SettingRow, shown, textOf } from "./changes";

const OFF_AS_SHIPPED = new Set(["max_var", "max_es"]);

function row(name: string, value: SettingRow["value"], control: SettingRow["control"] = "limits") {
  return {
    key: `${control}.${name}`,
    name,
    value,
    default: typeof value === "number" && OFF_AS_SHIPPED.has(name) ? 0 : value,
    description: "What it means.",
    unit: "of equity",
    origin: "default",
    place: "",
    control,
    file_value: value,
    is_as_file: true,
    changed_from: null,
    changed_by: "",
    changed_why: "",
    changed_ns: null,
  } satisfies SettingRow;
}

const settings = [
  settingOf(row("max_drawdown", 0.25)),
  settingOf(row("max_var", 0)),
  settingOf(row("max_es", 0.03)),
  settingOf(row("enter", "0.3", "thresholds")),
];

describe("changes", () => {
  it("are what differs from what is in force", () => {
    expect(changesOf(settings, {})).toEqual([]);
    expect(changesOf(settings, { "limits.max_drawdown": "0.250" })).toEqual([]);
    const found = changesOf(settings, {
      "limits.max_drawdown": "0.5",
      "limits.max_var": "0.02",
      "thresholds.enter": "0.4",
    });
    expect(found.map((each) => [each.setting.name, each.before, each.after])).toEqual([
      ["max_drawdown", 0.25, "0.5"],
      ["max_var", 0, "0.02"],
      ["enter", 0.3, "0.4"],
    ]);
  });
  it("switch a limit off with an empty field, and nothing else", () => {
    const [off] = changesOf(settings, { "limits.max_es": "" });
    expect(off?.after).toBe("0");
    // One that is on as shipped cannot be off: its empty field is a fault, and no change.
    expect(changesOf(settings, { "limits.max_drawdown": "" })).toEqual([]);
    expect(faultOf("", settings[0]?.mayBeOff)).not.toBe("");
    expect(changesOf(settings, { "limits.max_var": " ", "thresholds.enter": "" })).toEqual([]);
    expect(faultOf("", true)).toBe("");
    expect(faultOf("")).not.toBe("");
  });
  it("leave out what is no number", () => {
    expect(changesOf(settings, { "limits.max_drawdown": "much" })).toEqual([]);
    expect(faultOf("much")).not.toBe("");
    expect(faultOf("-1")).not.toBe("");
    expect(faultOf("12.5")).toBe("");
  });
});

describe("settings", () => {
  it("show a limit that is off as an empty field", () => {
    expect(settings.map(textOf)).toEqual(["0.25", "", "0.03", "0.3"]);
    expect(settings.map((each) => each.label)).toEqual([
      "Max drawdown",
      "Max var",
      "Max es",
      "Enter",
    ]);
  });
  it("say where a value came from", () => {
    expect(originOf({ origin: "default", place: "" })).toBe("as shipped");
    expect(originOf({ origin: "file", place: "traider.toml" })).toBe("file: traider.toml");
  });
  it("show any value", () => {
    expect([null, "", true, ["a", 1], [], 0.5].map(shown)).toEqual([
      "—",
      "—",
      "yes",
      "a, 1",
      "none",
      "0.5",
    ]);
  });
});
