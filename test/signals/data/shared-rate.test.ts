import { describe, expect, test } from "vitest";
import { resolveRateAndWindow } from "../../../src/options/training-window.ts";
import { sharedRate } from "../../../src/signals/data/shared-rate.ts";

/** A recording, described by its length, the rate of its median step, and its mean rate. */
function recording(seconds: number, rate_hz: number | null, mean: number = rate_hz ?? 0) {
  return { user: "a", recording: "r", rows: Math.round(seconds * mean), seconds, rate_hz, jitter: 0, gaps: 0 };
}

describe("the rate of most recorded time", () => {
  test.each([
    ["of a watch", [recording(100, 20)], 20],
    ["below the network's old default, which was refused", [recording(100, 10)], 10],
    ["that is not whole", [recording(100, 12.5)], 12.5],
    ["at most 50 Hz", [recording(100, 100), recording(100, 200)], 50],
    ["by time, not by the number of recordings", [recording(300, 25), recording(60, 40), recording(60, 40)], 25],
    ["the lower of two that share the time", [recording(60, 40), recording(60, 25)], 25],
    ["of a crystal that is a little off", [recording(100, 25.06, 25.06), recording(100, 24.93, 24.93)], 25],
    ["of a clock that counts milliseconds: 33 and 34 ms are 30 Hz", [recording(100, 1000 / 33, 30)], 30],
    ["of a recording that lost a tenth of its samples", [recording(100, 25, 22.5)], 25],
    ["that no recorder is known to have", [recording(100, 37.04, 37.04)], 37],
    ["where there is only a single row", [recording(0, null)], 50],
  ])("%s", (_, per_recording, expected) => {
    expect(sharedRate({ per_recording })).toBe(expected);
  });
});

describe("resolveRateAndWindow", () => {
  const open = { overlap: 0.5, network: "compact" } as const;

  test("fills in what the options leave open: 4 s", () => {
    expect(resolveRateAndWindow(open, 20)).toMatchObject({ rate: 20, window: 80 });
    expect(resolveRateAndWindow({ ...open, rate: 30 }, 20)).toMatchObject({ rate: 30, window: 120 });
    expect(resolveRateAndWindow({ ...open, window: 50 }, 20)).toMatchObject({ rate: 20, window: 50 });
  });

  test("stops at a rate or a window that no network can use", () => {
    expect(() => resolveRateAndWindow(open, 0.2)).toThrow(
      "the recordings have 0.2 samples per second; expected at least 1",
    );
    expect(() => resolveRateAndWindow({ ...open, window: 8 }, 2)).toThrow(
      "expected at least 16 samples for the compact network, got 8",
    );
  });

  test("makes the default window as long as the network needs", () => {
    expect(resolveRateAndWindow(open, 2)).toMatchObject({ rate: 2, window: 16 });
    expect(resolveRateAndWindow({ ...open, network: "1dcnn-bilstm" }, 1)).toMatchObject({ rate: 1, window: 8 });
  });
});
