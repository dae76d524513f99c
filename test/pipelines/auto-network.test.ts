// `--network auto` chooses within each fold, and the choice does not depend on the fold's test people.
import { describe, expect, it } from "vitest";
import { leakageReport } from "../../src/learning/evaluation/leakage.ts";
import { exportNetwork } from "../../src/learning/training/export-network.ts";
import type { FitOutcome } from "../../src/learning/training/fit-runner.ts";
import { WindowPredictor } from "../../src/learning/training/window-predictor.ts";
import { beginFits } from "../../src/pipelines/begin-fits.ts";
import { fitFinal } from "../../src/pipelines/fit-final.ts";
import { fitFolds } from "../../src/pipelines/fit-folds.ts";
import type { TrainEvent } from "../../src/pipelines/train-events.ts";
import type { WindowSet } from "../../src/signals/data/windows.ts";
import { sensorsByName } from "../../src/signals/sensors/sensors-by-name.ts";
import { range, toyWindows } from "../learning/training/toy.ts";

const windows = toyWindows(80);
const folds = [
  { trainIndex: range(0, 20), validationIndex: range(20, 40), testIndex: range(40, 80) },
  { trainIndex: range(40, 60), validationIndex: range(60, 80), testIndex: range(0, 40) },
].map(({ trainIndex, validationIndex, testIndex }) => ({
  trainIndex: Int32Array.from(trainIndex),
  validationIndex: Int32Array.from(validationIndex),
  testIndex: Int32Array.from(testIndex),
}));
const config = {
  network: "auto",
  normalize: "zscore",
  epochs: 2,
  batchSize: 16,
  learningRate: 0.003,
  patience: 15,
  classWeights: "none",
  augment: "rotate",
  seed: 1,
  jobs: 1,
} as const;

function begin(own: WindowSet, events: TrainEvent[] = []) {
  const leakage = leakageReport("group", own, folds, []);
  const data = { windows: own, sensors: sensorsByName(own.channels), folds, leakage, network: config.network };
  const checkpoints = { read: async () => null, write: async () => {} };
  return beginFits(data, config, { checkpoints, reporter: { event: (event) => void events.push(event) } });
}

const withoutTimes = ({ epochs, parameters, statistics }: FitOutcome) => ({
  epochs: epochs.map(({ seconds: _, ...epoch }) => epoch),
  parameters,
  statistics,
});

describe("--network auto", () => {
  it("is blind to the labels of the people whom a fold tests", async () => {
    const first = folds[0]!.testIndex;
    const labels = windows.labels.map((label, row) => (first.includes(row) ? 1 - label : label));
    const [honest, poisoned] = await Promise.all([fitFolds(begin(windows)), fitFolds(begin({ ...windows, labels }))]);
    expect(withoutTimes(poisoned.outcomes[0]!)).toEqual(withoutTimes(honest.outcomes[0]!));
    expect(poisoned.outcomes[0]!.probabilities).toEqual(honest.outcomes[0]!.probabilities);
    // The second fold learns from the people whose labels are swapped.
    expect(withoutTimes(poisoned.outcomes[1]!)).not.toEqual(withoutTimes(honest.outcomes[1]!));
  });

  it("trains no longer than --epochs says if a fold learns from one person, who is too few to try penalties", async () => {
    const { outcomes } = await fitFolds(begin(windows));
    for (const { epochs } of outcomes) {
      const kinds = epochs.map(({ penalty, mixture }) =>
        mixture ? "mixture" : penalty === undefined ? "epoch" : "penalty",
      );
      expect(kinds).toEqual(["epoch", "epoch", "penalty", "mixture"]);
    }
  });

  it("chooses for the final fit from what the folds tried, and says so", async () => {
    const events: TrainEvent[] = [];
    const fits = begin(windows, events);
    const { outcomes } = await fitFolds(fits);
    // For people on whom the first network is no better than chance, the second network on its own is best.
    const tried = [
      { weights: [1 / 3, 1 / 3, 1 / 3], losses: [1, 1.1] },
      { weights: [1, 0, 0], losses: [3, 3.2] },
      { weights: [0, 1, 0], losses: [0.1, 0.2] },
    ];
    const convinced = outcomes.map(({ epochs, ...outcome }) => ({
      ...outcome,
      epochs: epochs.map((epoch) => (epoch.tried === undefined ? epoch : { ...epoch, tried })),
    }));
    const { final, scaler } = await fitFinal(fits, convinced);
    expect(final.epochs.at(-1)!.mixture!.weights).toEqual([0, 1, 0]);
    expect(events.find(({ type }) => type === "final")).toMatchObject({ choice: { chosen: "minirocket" } });

    const exported = { ...final, network: "auto", scaler, temperature: 2 } as const;
    const bytes = await exportNetwork(exported, windows);
    const predict = async (network: Uint8Array) => {
      const predictor = new WindowPredictor({ path: "model.onnx", bytes: network, classCount: 2 });
      return predictor.predict(windows, { threads: 1 }).finally(() => predictor.close());
    };
    const alone = await predict(bytes);
    // All networks are kept in the file, even if nearly all of the weight is on one of them.
    const statistics = final.statistics.with(-3, 1e-30).with(-2, 1 - 1e-7);
    const whole = await exportNetwork({ ...exported, statistics }, windows);
    const both = await predict(whole);
    expect(bytes.length).toBeLessThan(whole.length);
    alone.forEach((p, i) => {
      expect(p).toBeCloseTo(both[i]!, 4);
    });
  });
});
