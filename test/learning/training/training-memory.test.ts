import { describe, expect, test } from "vitest";
import type { TrainEvent } from "../../../src/learning/training/train-events.ts";
import { tellMemory, trainingMemory } from "../../../src/learning/training/training-memory.ts";

const config = { network: "compact", jobs: 2, batchSize: 64, window: 200, rate: 50, folds: 5 } as const;
const recorded = (seconds: number): Parameters<typeof trainingMemory>[1] => ({
  seconds,
  channels: Object.fromEntries(
    ["Ax", "Ay", "Az"].map((name) => [name, { missing: 0, infinite: 0, min: 0, max: 1, flat: false, flat_seconds: 0 }]),
  ),
});
const machine = { total: 24e9, constrained: 0, available: 20e9 };

describe("the memory of a training", () => {
  test("is the container's where that has less than the machine", () => {
    expect(trainingMemory(config, recorded(60), machine)).toMatchObject({ totalBytes: 24e9, availableBytes: 20e9 });
    const inContainer = { total: 24e9, constrained: 2e9, available: 1.5e9 };
    expect(trainingMemory(config, recorded(60), inContainer)).toMatchObject({ totalBytes: 2e9, availableBytes: 1.5e9 });
    // Without a limit, the system says the greatest number there is.
    const unlimited = { ...machine, constrained: 2 ** 64 };
    expect(trainingMemory(config, recorded(60), unlimited).totalBytes).toBe(24e9);
  });

  test("grows with the recordings, the workers and the network", () => {
    const needed = (changes: Partial<Parameters<typeof trainingMemory>[0]>, seconds = 60): number =>
      trainingMemory({ ...config, ...changes }, recorded(seconds), machine).neededBytes;
    expect(needed({}, 100_000) - needed({}, 0)).toBe(100_000 * 50 * 3 * 4 * 20);
    expect(needed({ jobs: 3 })).toBeGreaterThan(needed({}));
    expect(needed({ jobs: 9 })).toBe(needed({ jobs: 5 }));
    expect(needed({ network: "1dcnn-bilstm" })).toBeGreaterThan(needed({}));
    expect(needed({ batchSize: 256 })).toBeGreaterThan(needed({}));
  });

  test("is told, with a warning if there is less", () => {
    const told = (availableBytes: number): TrainEvent[] => {
      const events: TrainEvent[] = [];
      tellMemory({ neededBytes: 3e9, totalBytes: 4e9, availableBytes }, (event) => events.push(event));
      return events;
    };
    expect(told(3e9)).toEqual([{ type: "memory", neededBytes: 3e9, totalBytes: 4e9, availableBytes: 3e9 }]);
    expect(told(2.9e9)[1]).toMatchObject({
      type: "warning",
      message: expect.stringMatching(/^This training may need 3\.0 GB, and 2\.9 GB of 4\.0 GB are free/),
    });
  });
});
