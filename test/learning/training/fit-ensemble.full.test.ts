import { describe, expect, it } from "vitest";
import { ensembleEpochs } from "../../../src/learning/training/ensemble-epochs.ts";
import { measureEnsembleMixture } from "../../../src/learning/training/ensemble-mixture.ts";
import { divideEnsembleWeights, joinEnsembleWeights } from "../../../src/learning/training/ensemble-weights.ts";
import { fitEnsemble } from "../../../src/learning/training/fit-ensemble.ts";
import { fitMiniRocket } from "../../../src/learning/training/fit-minirocket.ts";
import { fitNetwork, predictWithFitWeights } from "../../../src/learning/training/fit-network.ts";
import type { FitPlan } from "../../../src/learning/training/fit-plan.ts";
import {
  decodeFitState,
  encodeFitState,
  type FitEpoch,
  type FitState,
  fitStateFrom,
  type NetworkWeights,
} from "../../../src/learning/training/fit-state.ts";
import { ValidationSession } from "../../../src/learning/training/network-session.ts";
import { fixedPenalty, searchedPenalties } from "../../../src/learning/training/penalty-plan.ts";
import { Rng } from "../../../src/random.ts";
import { quiet, range, type ToyChanges, toyFit, toyWindows } from "./toy.ts";

const windows = toyWindows(120);
const searched = searchedPenalties("group", windows, Int32Array.from(range(0, 90)), {
  rng: Rng.fromSeed(1),
  purgeSamples: windows.windowSize,
});
const mixture = { temperatures: [1.5, 0.5], weights: [0.25, 0.75] };

async function fitToy(
  changes: ToyChanges = {},
  {
    state,
    start,
    stopAfter = Number.POSITIVE_INFINITY,
    ...watched
  }: Partial<typeof quiet> & { state?: FitState; start?: NetworkWeights; stopAfter?: number } = {},
): Promise<{ plan: FitPlan; state: FitState; finished: boolean; epochs: FitEpoch[] }> {
  const penalties = changes.penalties ?? searched;
  const [plan, own] = toyFit({
    windows,
    network: "ensemble",
    trainIndex: range(0, 90),
    validationIndex: range(90, 120),
    epochs: ensembleEpochs(3, penalties.strengths.length),
    penalties,
    ...changes,
  });
  const epochs: FitEpoch[] = [];
  let asked = 0;
  const result = await fitEnsemble(plan, penalties, own, {
    ...quiet,
    ...(state !== undefined && { state }),
    ...(start !== undefined && { start }),
    shouldStop: () => ++asked > stopAfter,
    ...watched,
    onEpoch: (epoch) => epochs.push(epoch),
  });
  return { plan, ...result, epochs };
}

const withoutTimes = (epochs: readonly FitEpoch[]) => epochs.map(({ seconds: _, ...epoch }) => epoch);
const again = (state: FitState): FitState => decodeFitState(encodeFitState(state));
const kept = ({ bestParameters: parameters, bestStatistics: statistics }: FitState) => ({ parameters, statistics });

describe("fitEnsemble", () => {
  it("fits both members and reports every epoch once", async () => {
    const { state, finished, epochs } = await fitToy();
    expect(finished).toBe(true);
    expect(epochs).toEqual(state.progress.epochs);
    expect(epochs.map(({ epoch }) => epoch)).toEqual(range(1, epochs.length + 1));
    expect(epochs.at(-1)!.valMacroF1).toBeGreaterThan(0.9);
    expect(epochs.at(-1)!.mixture!.weights).toEqual([0.5, 0.5]);
  });

  it("combines its members as it is told", async () => {
    const changes = { validationIndex: null, penalties: fixedPenalty(300), mixture };
    const { state, epochs } = await fitToy({ ...changes, epochs: ensembleEpochs(2, 1) });
    expect(epochs.map(({ penalty, mixture: own }) => own ?? penalty)).toEqual([undefined, undefined, 300, mixture]);
    expect(epochs.at(-1)!.valLoss).toBeNull();
    expect(divideEnsembleWeights("ensemble", kept(state), windows)!.mixture).toEqual(mixture);
  });

  it("rotates the windows of both members, each as it does when it is trained alone", async () => {
    const turned = [["Ax", "Ay", "Az"]];
    const changes = { validationIndex: null, penalties: fixedPenalty(300), mixture, epochs: ensembleEpochs(1, 1) };
    const members = async (own: ToyChanges) =>
      divideEnsembleWeights("ensemble", kept((await fitToy({ ...changes, ...own })).state), windows)!.members;
    const [still, moved] = [await members({}), await members({ turned })];
    expect(moved[0]!.parameters).not.toEqual(still[0]!.parameters);
    expect(moved[1]!.parameters).not.toEqual(still[1]!.parameters);
    const [plan, own] = toyFit({
      windows,
      network: "minirocket",
      trainIndex: range(0, 90),
      validationIndex: null,
      turned,
    });
    const rng = Rng.fromState(plan.rng).split("minirocket").state;
    const alone = await fitMiniRocket({ ...plan, rng }, fixedPenalty(300), own, quiet);
    expect(moved[1]).toEqual(kept(alone.state));
  });

  it("fits a third member that sees magnitudes, with the penalty chosen for the second", async () => {
    const [two, three] = [await fitToy(), await fitToy({ network: "ensemble-magnitudes" })];
    expect(three.epochs.at(-1)!.mixture!.weights).toEqual([1 / 3, 1 / 3, 1 / 3]);
    expect(withoutTimes(three.epochs.slice(0, -1))).toEqual(withoutTimes(two.epochs.slice(0, -1)));
    const members = divideEnsembleWeights("ensemble-magnitudes", kept(three.state), windows)!.members;
    expect(members.slice(0, 2)).toEqual(divideEnsembleWeights("ensemble", kept(two.state), windows)!.members);
    const [plan, own] = toyFit({ windows, network: "minirocket-magnitudes", trainIndex: range(0, 120) });
    const rng = Rng.fromState(plan.rng).split("minirocket-magnitudes").state;
    const { penalty } = three.epochs.findLast(({ best, penalty }) => best && penalty !== undefined)!;
    const alone = await fitMiniRocket({ ...plan, rng }, fixedPenalty(penalty!), own, quiet);
    expect(members[2]).toEqual(kept(alone.state));
    // A checkpoint from an earlier version, in which this ensemble had two members, does not belong to this fit.
    const refitted = await fitToy({ network: "ensemble-magnitudes" }, { state: again(two.state) });
    expect(kept(refitted.state)).toEqual(kept(three.state));
  });

  it("fits compact a second time, on the people held out as well, if its schedule is fixed", async () => {
    const rates = range(1, 9).map((epoch) => 0.003 / epoch);
    const labels = windows.labels.map((label, row) => (row >= 90 && row % 4 === 0 ? 1 - label : label));
    const noisy = { ...windows, labels };
    const stages: (string | undefined)[] = [];
    const shares: number[] = [];
    const { state, epochs } = await fitToy(
      { windows: noisy, learningRate: rates, epochs: ensembleEpochs(8, searched.strengths.length) },
      {
        onStep: ({ stage, step, steps }) => {
          stages.push(stage);
          if (stage === "refit") shares.push(step / steps);
        },
      },
    );
    expect(epochs.flatMap(({ learningRate }) => learningRate ?? [])).toEqual(rates);
    expect(epochs.slice(0, 8).every(({ valMacroF1 }) => valMacroF1 !== null)).toBe(true);
    // 90 windows are 5 batches of 16, so 8 epochs have 40 steps.
    const fixed: ToyChanges = { validationIndex: null, learningRate: rates, epochs: 8, warmupSteps: 4 };
    const [plan, own] = toyFit({ windows: noisy, network: "compact", ...fixed });
    const rng = Rng.fromState(plan.rng).split("compact").state;
    const alone = async (rows: number): Promise<FitState> =>
      (await fitNetwork({ ...plan, rng, trainIndex: range(0, rows) }, own, quiet)).state;
    const { members, mixture: found } = divideEnsembleWeights("ensemble", kept(state), windows)!;
    expect(members[0]).toEqual(kept(await alone(120)));
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    expect(stages.lastIndexOf(undefined)).toBeLessThan(stages.indexOf("features"));
    // The temperature comes from the first fit, which has not learned from these people.
    const held = Int32Array.from(range(90, 120));
    const session = await ValidationSession.create("compact", { windowSize: 24, channels: 3, classes: 2 });
    const weights = kept(await alone(90));
    const probabilities = await predictWithFitWeights(session, weights, { windows: noisy, scaler: plan.scaler }, held);
    await session.release();
    const heldLabels = held.map((row) => labels[row]!);
    const [expected] = measureEnsembleMixture({
      labels: heldLabels,
      classCount: 2,
      members: [probabilities],
    }).temperatures;
    expect(expected).toBeGreaterThan(1);
    expect(found.temperatures[0]).toBeCloseTo(expected!, 6);
  });

  it("needs to be told if it holds nobody out", async () => {
    await expect(fitToy({ validationIndex: null })).rejects.toThrow("plan: expected a mixture or validation rows");
  });

  it("gives the same bytes if it was stopped at any point", async () => {
    const whole = await fitToy();
    for (const stopAfter of [12, 17]) {
      const stopped = await fitToy({}, { stopAfter });
      expect(stopped.finished, `after ${stopAfter}`).toBe(false);
      const resumed = await fitToy({}, { state: again(stopped.state) });
      expect(resumed.state.bestParameters).toEqual(whole.state.bestParameters);
      expect(resumed.state.bestStatistics).toEqual(whole.state.bestStatistics);
      expect(withoutTimes(resumed.state.progress.epochs)).toEqual(withoutTimes(whole.epochs));
    }
  });

  it("gives the same bytes if it was stopped in either fit of compact, neither of which stops early", async () => {
    const changes: ToyChanges = { learningRate: [0.003, 0.002, 0.001], patience: 1 };
    const whole = await fitToy(changes);
    for (const stopIn of [undefined, "refit"]) {
      let steps = 0;
      const onStep: typeof quiet.onStep = ({ stage }) => void (stage === stopIn && steps++);
      const stopped = await fitToy(changes, { onStep, shouldStop: () => steps === 8 });
      expect(stopped.finished, stopIn).toBe(false);
      const resumed = await fitToy(changes, { state: again(stopped.state) });
      expect(kept(resumed.state)).toEqual(kept(whole.state));
      expect(withoutTimes(resumed.state.progress.epochs)).toEqual(withoutTimes(whole.epochs));
    }
  });

  it("returns a finished fit at once", async () => {
    const { state } = await fitToy();
    const same = await fitToy({}, { state: again(state), stopAfter: 0 });
    expect([same.finished, same.epochs]).toEqual([true, []]);
    expect(same.state.bestParameters).toEqual(state.bestParameters);
  });

  it("keeps averaging the members of a model that auto starts from", async () => {
    const own = { network: "auto", penalties: fixedPenalty(300), epochs: ensembleEpochs(1, 1) } as const;
    const { state, epochs } = await fitToy(own);
    expect(epochs.at(-1)!.tried).toHaveLength(3);
    const { epochs: tuned } = await fitToy(own, { start: kept(state) });
    expect(tuned.at(-1)).toMatchObject({ mixture: { weights: [0.5, 0.5] } });
    expect(tuned.at(-1)!.tried).toBeUndefined();
  });

  it("starts its first member from given weights", async () => {
    const changes = { validationIndex: null, penalties: fixedPenalty(300), mixture };
    const { state } = await fitToy({ ...changes, epochs: ensembleEpochs(2, 1) });
    const still = { ...changes, epochs: ensembleEpochs(1, 1), learningRate: 0 };
    const moved = await fitToy(still, { state: again(fitStateFrom(kept(state), 0)) });
    const [before, after] = [state, moved.state].map(
      (own) => divideEnsembleWeights("ensemble", kept(own), windows)!.members[0]!,
    );
    expect(after!.parameters).toEqual(before!.parameters);
  });
});

describe("divideEnsembleWeights", () => {
  it("is the inverse of joinEnsembleWeights, and knows the vectors of a single member", async () => {
    const { state } = await fitToy({ epochs: ensembleEpochs(1, searched.strengths.length) });
    const divided = divideEnsembleWeights("ensemble", kept(state), windows)!;
    expect(joinEnsembleWeights(divided.members, divided.mixture)).toEqual(kept(state));
    expect(divideEnsembleWeights("ensemble", divided.members[0]!, windows)).toBeNull();
  });
});
