import { describe, expect, it } from "vitest";
import type { FitName } from "../../../src/learning/training/fit-events.ts";
import type { FitEpoch } from "../../../src/learning/training/fit-state.ts";
import { type TimedRun, TimeLeft } from "../../../src/learning/training/time-left.ts";

const epoch = (number: number, more: Partial<FitEpoch> = {}): FitEpoch => ({
  epoch: number,
  seconds: 2,
  loss: 1,
  accuracy: 0.5,
  learningRate: 0.001,
  best: true,
  valLoss: 1,
  valAccuracy: 0.5,
  valMacroF1: 0.5,
  ...more,
});

const run: TimedRun = {
  fits: ["fold-1", "fold-2", "final"],
  maxEpochs: 10,
  patience: 15,
  hasOtherPart: false,
  refits: false,
  jobs: 2,
  secondsAfterFits: 7,
};

function trained(left: TimeLeft, fit: FitName, from: number, to: number, more: Partial<FitEpoch> = {}): void {
  for (let number = from; number <= to; number++) left.epochEnded(fit, epoch(number, more));
}

describe("the time left of a run", () => {
  it("is unknown before the first epoch, and covers the remaining stages at the end of the fits", () => {
    const left = new TimeLeft(run);
    expect(left.seconds()).toBeNull();
    for (const fit of ["fold-1", "fold-2"] as const) {
      trained(left, fit, 1, 1);
      left.fitEnded(fit);
    }
    left.finalPlanned(3);
    expect(left.seconds()).toBe(3 * 2 + 7);
    // Once the final fit has finished an epoch, only its own epochs count.
    trained(left, "final", 1, 1, { seconds: 5 });
    expect(left.seconds()).toBe(2 * 5 + 7);
    trained(left, "final", 2, 3, { seconds: 5 });
    left.fitEnded("final");
    expect(left.seconds()).toBe(7);
  });

  it("assumes a best epoch of 30 until fits have ended, and takes into account that folds share the workers", () => {
    const left = new TimeLeft({ ...run, maxEpochs: 100, fits: ["fold-1", "fold-2", "fold-3", "fold-4", "final"] });
    trained(left, "fold-1", 1, 5);
    // Each fold is expected to run for 45 epochs, of which fold 1 has finished 5, and the final fit for 30 epochs.
    expect(left.seconds()).toBe(2 * ((40 + 3 * 45) / 2 + 30) + 7);
    trained(left, "fold-1", 6, 25, { best: false });
    left.fitEnded("fold-1");
    // A fold is expected to run for 35 epochs, the mean of 45 and of the 25 of fold 1, and the final fit for 15 fewer.
    expect(left.seconds()).toBe(2 * ((3 * 35) / 2 + 20) + 7);
    trained(left, "fold-2", 1, 30);
    // Fold 2 will continue for 15 epochs after its best epoch, which is the last one that it has finished.
    expect(left.seconds()).toBe(2 * ((15 + 2 * 35) / 2 + 20) + 7);
  });

  it("is longer after the fits if other programs slow them down", () => {
    let cpu = 100;
    const left = new TimeLeft(run, () => cpu);
    // The CPU time of epochs before an interruption belongs to another process.
    trained(left, "fold-1", 1, 2);
    cpu = 103;
    for (const number of [3, 4, 5]) left.epochTrained("fold-1", epoch(number));
    for (const fit of ["fold-1", "fold-2", "final"] as const) left.fitEnded(fit);
    expect(left.seconds()).toBe(7 * (6 / 3));
    cpu = 200;
    left.epochTrained("final", epoch(1));
    expect(left.seconds()).toBe(7 * 2);
    left.epochTrained("fold-2", epoch(1));
    expect(left.seconds()).toBe(7);
  });

  it("is at least that of the longest fit", () => {
    const left = new TimeLeft({ ...run, maxEpochs: 100, jobs: 4 });
    trained(left, "fold-1", 1, 5);
    trained(left, "fold-2", 1, 41);
    left.finalPlanned(30);
    // The estimate is determined by the 40 epochs left in fold 1, not by the 15 left in fold 2.
    expect(left.seconds()).toBe(2 * (40 + 30) + 7);
  });

  it("includes the part that is not trained in mini-batches, as 30 epochs until a fit has completed that part", () => {
    const left = new TimeLeft({ ...run, hasOtherPart: true, jobs: 1 });
    trained(left, "fold-1", 1, 4);
    // An epoch of the final fit takes 1.6 times as long with one worker.
    expect(left.seconds()).toBeCloseTo(2 * (6 + 10 + 2 * 30) + 2 * (1.6 * 1 + 0.5 * 30) + 7, 9);
    trained(left, "fold-1", 5, 10);
    trained(left, "fold-1", 11, 17, { penalty: 300, seconds: 1 });
    trained(left, "fold-1", 18, 18, { mixture: { temperatures: [1, 1], weights: [0.5, 0.5] }, seconds: 5 });
    left.fitEnded("fold-1");
    expect(left.seconds()).toBeCloseTo(2 * 10 + 12 + 2 * 1.6 + 0.5 * 12 + 7, 9);
  });

  it("includes the second fit of each fold, which the final fit does without", () => {
    const left = new TimeLeft({ ...run, patience: null, hasOtherPart: true, refits: true, jobs: 1 });
    trained(left, "fold-1", 1, 4);
    // All 10 epochs run. In a second fit, an epoch takes 1.25 times as long.
    expect(left.seconds()).toBeCloseTo(2 * (6 + 10 + 2 * (30 + 1.25 * 10)) + 2 * (1.6 * 10 + 0.5 * 30) + 7, 9);
    trained(left, "fold-1", 5, 10);
    trained(left, "fold-1", 11, 11, { mixture: { temperatures: [1, 1], weights: [0.5, 0.5] }, seconds: 45 });
    left.fitEnded("fold-1");
    expect(left.seconds()).toBeCloseTo(2 * 10 + 45 + 2 * 1.6 * 10 + 0.5 * (45 - 25) + 7, 9);
  });

  it("is known once a fit has ended, if the network is not trained in mini-batches", () => {
    const left = new TimeLeft({ ...run, maxEpochs: 0, hasOtherPart: true, jobs: 1 });
    expect(left.seconds()).toBeNull();
    trained(left, "fold-1", 1, 7, { penalty: 300 });
    left.fitEnded("fold-1");
    expect(left.seconds()).toBe(14 + 7 + 7);
  });
});
