import { describe, expect, test } from "vitest";
import type { MemoryEvent } from "../../../src/learning/training/fit-events.ts";
import { reportTrainingMemory, trainingMemory } from "../../../src/learning/training/training-memory.ts";
import { collectingReporter } from "../../../src/reporter.ts";

const config = {
  network: "compact",
  jobs: 2,
  batchSize: 64,
  window: 200,
  overlap: 0.5,
  folds: 5,
  augment: "none",
} as const;
const planned = (samples: number): Parameters<typeof trainingMemory>[1] => ({ samples, channels: 3 });
const machine = { held: 0.3e9, total: 24e9, constrained: 0, available: 20e9 };

describe("the memory of a training run", () => {
  test("is the container's if that has less than the machine", () => {
    expect(trainingMemory(config, planned(3000), machine)).toMatchObject({ totalBytes: 24e9, availableBytes: 20e9 });
    const inContainer = { held: 0, total: 24e9, constrained: 2e9, available: 1.5e9 };
    expect(trainingMemory(config, planned(3000), inContainer)).toMatchObject({
      totalBytes: 2e9,
      availableBytes: 1.5e9,
    });
    // If there is no limit, the system reports the largest possible number.
    const unlimited = { ...machine, constrained: 2 ** 64 };
    expect(trainingMemory(config, planned(3000), unlimited).totalBytes).toBe(24e9);
  });

  test("consists of the process, the windows, and the larger of workers and baseline", () => {
    const needed = (changes: Partial<Parameters<typeof trainingMemory>[0]>, samples = 3000): number =>
      trainingMemory({ ...config, ...changes }, planned(samples), machine).neededBytes;
    const windows = 4 * 3 * 3000;
    expect(needed({})).toBe(0.3e9 + windows + 2 * 200e6);
    expect(needed({ jobs: 1 })).toBe(Math.round(0.3e9 + windows + 340e6 + 0.8 * windows + 16 * 3000));
    // The estimate includes all windows once, some of the windows a second time, and a few columns.
    expect((needed({}, 3e7) - needed({}, 2e7)) / (4 * 3 * 1e7)).toBeCloseTo(1 + 0.8 + 4 / 3, 6);
    expect(needed({ jobs: 3 })).toBeGreaterThan(needed({}));
    expect(needed({ jobs: 9 })).toBe(needed({ jobs: 5 }));
    expect(needed({ network: "1dcnn-bilstm" })).toBeGreaterThan(needed({}));
    // Each of 9,996 counts takes one byte, or two bytes if the counts of a window are too large for one.
    const counted = (changes: Parameters<typeof needed>[0]) =>
      needed({ network: "minirocket", jobs: 1, ...changes }, 4e6) -
      needed({ network: "minirocket", jobs: 1, ...changes }, 2e6);
    expect(counted({}) - 4 * 3 * 2e6).toBeCloseTo(9996 * 2e4, -4);
    expect(counted({ augment: "rotate" }) - 4 * 3 * 2e6).toBeCloseTo(2 * 9996 * 2e4, -4);
    expect(counted({ window: 400 }) - 4 * 3 * 2e6).toBeCloseTo(2 * 9996 * 1e4, -4);
    expect(needed({ batchSize: 256 })).toBeGreaterThan(needed({}));
  });

  test("is reported, with a warning if less is available", () => {
    const told = (availableBytes: number): { events: MemoryEvent[]; warnings: readonly string[] } => {
      const events: MemoryEvent[] = [];
      const heard = collectingReporter<MemoryEvent>({ warn: () => {}, event: (event) => events.push(event) });
      const memory = { neededBytes: 3e9, heldBytes: 0.5e9, totalBytes: 4e9, availableBytes };
      reportTrainingMemory(memory, heard, "Use fewer --jobs.");
      return { events, warnings: heard.warnings };
    };
    expect(told(2.5e9)).toEqual({
      events: [{ type: "memory", neededBytes: 3e9, totalBytes: 4e9, availableBytes: 2.5e9 }],
      warnings: [],
    });
    expect(told(2.4e9).warnings).toEqual([
      expect.stringMatching(
        /^This training run may need 2\.5 GB more memory, but only 2\.4 GB of 4\.0 GB is free\. .* Use fewer --jobs\.$/,
      ),
    ]);
  });
});
