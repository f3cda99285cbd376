import { describe, expect, it } from "vitest";
import { chosenOverlays, OVERLAYS, overlaySeries, toggled } from "./overlays";

describe("overlays", () => {
  it("are chosen by a text that the address holds", () => {
    expect(chosenOverlays("rsi,ema").map((each) => each.id)).toEqual(["ema", "rsi"]);
    expect(chosenOverlays("weather")).toEqual([]);
    expect(toggled("ema", "rsi")).toBe("ema,rsi");
    expect(toggled("ema,rsi", "ema")).toBe("rsi");
    expect(toggled("", "bands")).toBe("bands");
  });

  it("begin where they are known, not at zero", () => {
    const series = overlaySeries(
      chosenOverlays("ema,rsi"),
      [{ name: "ema:20", values: [null, 10, 11] }],
      [0, 60e9, 120e9],
      2,
    );
    expect(series.map((each) => each.points)).toEqual([
      [
        { time: 60, value: 10 },
        { time: 120, value: 11 },
      ],
      [],
    ]);
    expect(series.map((each) => each.pane)).toEqual([0, 2]);
  });

  it("name each line once", () => {
    const ids = OVERLAYS.flatMap((overlay) => overlay.lines.map((line) => line.indicator));
    expect(new Set(ids).size).toBe(ids.length);
  });
});
