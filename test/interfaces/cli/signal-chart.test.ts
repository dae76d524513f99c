// Tests that text charts have the requested width, and show a signal's extremes at the edges.
import { describe, expect, it } from "vitest";
import { displayWidth } from "../../../src/interfaces/cli/display-width.ts";
import { chartShowsBraille, signalChartLines } from "../../../src/interfaces/cli/signal-chart.ts";

const ramp = { signals: [{ name: "x", values: [0, 1, 2, 3, 4, 5, 6, 7, 8] }] };

describe("a chart", () => {
  it("draws a ramp from the lower left to the upper right with asterisks", () => {
    expect(signalChartLines(ramp, 15, false)).toEqual([
      // The chart has nine columns, each of which runs from its own value to the next one: 0 to 2 are below the middle row, 7
      // and 8 above it.
      "    8        **",
      "  x      *****",
      "    0 ****",
    ]);
  });

  it("draws the same ramp with eight dots per character in braille", () => {
    const lines = signalChartLines(ramp, 15, true);
    expect(lines.map((line) => line.length)).toEqual([14, 13, 11].map(() => expect.any(Number)));
    // The first dot of the ramp is at the bottom of its character (dot 7), and the last dot at the top (dot 4).
    const [top, , bottom] = lines;
    expect(bottom!.codePointAt(6)! & 0x40).toBe(0x40);
    expect(top!.codePointAt(top!.length - 1)! & 0x08).toBe(0x08);
    expect(lines.join("")).toMatch(/^[\u2800-\u28ff x08]+$/);
  });

  it("uses one scale for all signals, and draws a constant in the middle", () => {
    const flat = (value: number): number[] => new Array<number>(20).fill(value);
    const two = {
      signals: [
        { name: "a", values: flat(1) },
        { name: "b", values: flat(5) },
      ],
    };
    const lines = signalChartLines(two, 20, false);
    expect(lines[2]).toMatch(/1 \*+$/);
    expect(lines[3]).toMatch(/5 \*+$/);
    expect(signalChartLines({ signals: [two.signals[0]!] }, 20, false)[1]).toMatch(/a +\*+$/);
  });

  it("distinguishes the axes of a sensor, however long their names are", () => {
    const names = ["Linear Acceleration x (m/s^2)", "Linear Acceleration y (m/s^2)", "gyro_z [deg/s]", "(g)"];
    const chart = { signals: names.map((name) => ({ name, values: [0, 1] })) };
    const titles = signalChartLines(chart, 40, false).filter((_, row) => row % 3 === 1);
    expect(titles.map((line) => line.slice(2, 14).trim())).toEqual(["…eleration x", "…eleration y", "gyro_z", "(g)"]);
  });

  it.each([20, 40, 80, 200])("fits %d columns, with a long name and a single value", (width) => {
    for (const isBraille of [true, false]) {
      const chart = { signals: [...ramp.signals, { name: "加速度".repeat(9), values: [-12345.678] }] };
      for (const line of signalChartLines(chart, width, isBraille)) {
        expect(displayWidth(line)).toBeLessThanOrEqual(Math.max(width, 34));
      }
    }
  });
});

it.each([
  [{ LANG: "en_GB.UTF-8" }, "linux", true],
  [{ LANG: "de_DE.utf8", TERM: "xterm" }, "linux", true],
  [{ LC_ALL: "C", LANG: "en_GB.UTF-8" }, "linux", false],
  [{}, "linux", false],
  [{}, "darwin", true],
  [{ LANG: "en_GB.UTF-8", TERM: "dumb" }, "linux", false],
] as const)("%j on %s shows braille: %s", (env, platform, expected) => {
  expect(chartShowsBraille(env, platform)).toBe(expected);
});
