import { expect, it } from "vitest";
import { type CycleSetting, cyclePlan } from "../../src/pipelines/cycle-plan.ts";
import { Rng } from "../../src/random.ts";
import { sensorsByName } from "../../src/signals/sensors/sensors-by-name.ts";
import { range, toyWindows } from "../learning/training/toy.ts";

const windows = toyWindows(20);

it.each(["auto", "auto-standardized-magnitudes"] as const)("fits the champion's own network, %s", (network) => {
  const setting: CycleSetting = {
    windows,
    windowsFingerprint: "sha256:toy",
    unlabelledRows: new Int32Array(),
    sensors: sensorsByName(windows.channels),
    network,
    trained: { normalize: "zscore", batchSize: 16, patience: 5, classWeights: "none", augment: "none" },
    schedule: { learningRates: [0.003], penalty: 300, mixture: { weights: [0.5, 0.5], temperatures: [1, 1] } },
    rng: Rng.fromSeed(1),
  };
  const plan = cyclePlan(setting, "cycle-0", Int32Array.from(range(0, 20)), null, null);
  expect(plan.network).toBe(network);
  expect(plan.sensors).toEqual([["Ax", "Ay", "Az"]]);
});
