import { expect, it } from "vitest";
import type { ChannelStatistics } from "../../../src/monitoring/drift/channel-statistics.ts";
import { judgeByThresholds } from "../../../src/monitoring/drift/fixed-thresholds.ts";

const nothing: ChannelStatistics = { ks: 0, psi: 0, wasserstein: 0, jensenShannon: 0, meanShift: 0, logSdRatio: 0 };

it.each([
  ["ks", 0.1, 0.2],
  ["psi", 0.1, 0.25],
  ["wasserstein", 0.25, 0.5],
  ["meanShift", 0.25, 0.5],
] as const)("%s is moderate above %d and large above %d", (statistic, moderate, large) => {
  const level = (value: number): string => judgeByThresholds({ x: { ...nothing, [statistic]: value } }).level;
  expect(level(moderate)).toBe("normal");
  expect(level(moderate + 1e-9)).toBe("moderate");
  expect(level(large)).toBe("moderate");
  expect(level(large + 1e-9)).toBe("large");
});

it("lists the most excessive first, with its sign, over all channels", () => {
  const { level, findings } = judgeByThresholds({
    x: { ...nothing, ks: 0.15 },
    y: { ...nothing, meanShift: -1, psi: 0.3 },
  });
  expect(level).toBe("large");
  expect(findings).toEqual([
    { channel: "y", statistic: "meanShift", value: -1, level: "large" },
    { channel: "y", statistic: "psi", value: 0.3, level: "large" },
    { channel: "x", statistic: "ks", value: 0.15, level: "moderate" },
  ]);
});

it("finds nothing if nothing differs", () => {
  expect(judgeByThresholds({ x: nothing })).toEqual({ level: "normal", findings: [] });
});
