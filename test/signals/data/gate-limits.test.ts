import { expect, test } from "vitest";
import { exceedsGateLimit, fallsBelowGateLimit, formatBesideGateLimit } from "../../../src/signals/data/gate-limits.ts";
import { clockTable } from "./clocks.ts";
import { qualityGate } from "./quality-gate.ts";
import { folderOf } from "./tables.ts";

test("a value on a limit violates it in neither direction, whatever its last bits", () => {
  for (const limit of [0.01, 5, 1000]) {
    for (const value of [limit, limit * (1 + 1e-6), limit * (1 - 1e-6)]) {
      expect(exceedsGateLimit(value, limit)).toBe(false);
      expect(fallsBelowGateLimit(value, limit)).toBe(false);
    }
    expect(exceedsGateLimit(limit * 1.001, limit)).toBe(true);
    expect(fallsBelowGateLimit(limit * 0.999, limit)).toBe(true);
    expect(exceedsGateLimit(Number.NaN, limit)).toBe(false);
  }
});

test("a message shows enough digits to tell a value from its limit", () => {
  expect(formatBesideGateLimit(4.99962, 5)).toBe("4.9996");
  expect(formatBesideGateLimit(4.5, 5)).toBe("4.5");
});

test.each([0, 1_714_816_800])(
  "a recording exactly at the lowest rate passes if its times begin at %d s",
  async (start) => {
    const { path } = folderOf({
      "a.csv": clockTable("timestamp_s", ({ i }) => (start + i / 5).toFixed(3), { rateHz: 5, people: ["ann"] }),
    });
    const gated = await qualityGate([path("a.csv")], {
      channels: ["Ax", "Ay", "Az"].map((column) => ({ column, min: -20, max: 20 })),
      samplingRateHz: 20,
      windowSeconds: 2,
    });
    expect(gated.accepted).toBe(true);
  },
);
