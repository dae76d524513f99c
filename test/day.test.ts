import { describe, expect, it } from "vitest";
import { benchDayPattern, dayPattern, parseDay } from "../src/day.ts";
import { UserError } from "../src/errors.ts";
import { resolveDriftBenchConfig } from "../src/options/resolve-config.ts";
import { resolveTrainConfig } from "../src/options/resolve-train-config.ts";

describe("a day", () => {
  it.each([
    ["20-120", [20, 120]],
    ["0.5-99999.25", [0.5, 99_999.25]],
    ["60-60", [60, 60]],
  ])("is a range of bout lengths in seconds: %s", (text, boutSeconds) => {
    expect([dayPattern.test(text), benchDayPattern.test(text)]).toEqual([true, true]);
    expect(parseDay(text)).toEqual({ boutSeconds });
  });

  it("is in recorded order, or left to training", () => {
    expect(["recorded", "auto"].map(parseDay)).toEqual(["recorded", "auto"]);
    expect(["recorded", "auto"].map((text) => dayPattern.test(text))).toEqual([true, true]);
    expect(["recorded", "auto"].map((text) => benchDayPattern.test(text))).toEqual([true, false]);
  });

  it.each([
    "",
    "20",
    "20-",
    "-120",
    "20-120-300",
    "20 - 120",
    "20s-120s",
    "1e1-1e2",
    "100000-200000",
    "Recorded",
    "-5-20",
  ])("is not %j", (text) => {
    expect([dayPattern.test(text), benchDayPattern.test(text)]).toEqual([false, false]);
  });

  it.each(["120-20", "0-20", "0-0"])("has no empty range: %s", (text) => {
    expect(() => parseDay(text)).toThrow(UserError);
    expect(() => parseDay(text)).toThrow(
      `--day: expected two lengths above 0 s, the shortest bout first, such as 20-120, got "${text}"`,
    );
  });
});

const least = { files: ["a.csv"], out: "m" };
const bench = { files: ["a.csv"], model: "m" };

describe("the option --day", () => {
  it("defaults to auto in train, and to 20-120 in drift-bench", () => {
    expect(resolveTrainConfig(least).day).toBe("auto");
    expect(resolveTrainConfig({ ...least, day: "20-120" }).day).toBe("20-120");
    expect(resolveDriftBenchConfig(bench).day).toBe("20-120");
    expect(resolveDriftBenchConfig({ ...bench, day: "recorded" }).day).toBe("recorded");
  });

  it("says what it expected", () => {
    const expected = "recorded, or the shortest and the longest bout in seconds, such as 20-120";
    expect(() => resolveTrainConfig({ ...least, day: "long" })).toThrow(`expected auto, ${expected}, got "long"`);
    expect(() => resolveTrainConfig({ ...least, day: "120-20" })).toThrow(/^--day: .*got "120-20"$/);
    expect(() => resolveDriftBenchConfig({ ...bench, day: "auto" })).toThrow(`expected ${expected}, got "auto"`);
    expect(() => resolveDriftBenchConfig({ ...bench, day: "120-20" })).toThrow(/^--day: .*got "120-20"$/);
    expect(() => resolveDriftBenchConfig({ ...bench, day: 20 })).toThrow(UserError);
  });
});
