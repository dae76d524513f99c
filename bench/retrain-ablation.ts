// npx node bench/retrain-ablation.ts [--set motionsense,uci-har,wisdm] [--seeds 3] [--epochs 24] [--cycles 5] [--pretrained]
// [--write FILE]: measures what pseudo-labels and restarts contribute. For every seed, the people of each data set are split
// again: a sixth of them are labelled, half are unlabelled, and the others are the holdout. With the same network, schedule and
// selection, the script trains without pseudo-labels, with a warm start from cycle to cycle, with fresh weights in each cycle
// and, with --pretrained, from cycle 0's weights. AdaBN is measured for comparison. The winner is chosen on the holdout. The
// figures are its macro-F1 on the unlabelled people (against their true labels) and on the holdout.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { classificationMetrics } from "../src/learning/evaluation/classification-metrics.ts";
import { adaptBatchNorm } from "../src/learning/training/adapt-batch-norm.ts";
import { type CycleFit, type Restart, runCurriculum } from "../src/learning/training/curriculum.ts";
import type { CycleReport } from "../src/learning/training/cycle-report.ts";
import { predictWithFitWeights } from "../src/learning/training/fit-network.ts";
import { type FitOutcome, windowsForFitRunner } from "../src/learning/training/fit-runner.ts";
import { encodeFitState, fitStateFrom } from "../src/learning/training/fit-state.ts";
import { fitWorkerRunner } from "../src/learning/training/fit-worker.ts";
import { ValidationSession } from "../src/learning/training/network-session.ts";
import type { Selection } from "../src/learning/training/select-pseudo-labels.ts";
import { type CycleSetting, cyclePlan } from "../src/pipelines/cycle-plan.ts";
import { prepareTraining, type TrainingData } from "../src/pipelines/prepare-training.ts";
import { Rng } from "../src/random.ts";
import { reporterOf } from "../src/reporter.ts";
import { knownQualitySet, qualitySetNames } from "./quality-sets.ts";

const { values } = parseArgs({
  options: {
    set: { type: "string", default: qualitySetNames.join(",") },
    seeds: { type: "string", default: "3" },
    epochs: { type: "string", default: "24" },
    pretrained: { type: "boolean", default: false },
    cycles: { type: "string", default: "5" },
    write: { type: "string" },
  },
});
const trained: CycleSetting["trained"] = {
  normalize: "zscore",
  batchSize: 64,
  patience: 15,
  classWeights: "none",
  augment: "rotate",
};

interface Scores {
  readonly unlabelled: number;
  readonly holdout: number;
  readonly cycle: number;
}
type Weights = FitOutcome & { scaler: ReturnType<typeof cyclePlan>["scaler"] };

const results: Record<string, Record<string, Scores[]>> = {};
for (const name of values.set.split(",")) {
  const set = knownQualitySet(name, { jobs: 1 });
  if (typeof set === "string") console.log(set);
  else {
    results[name] = await scoresBySeed(name, await prepareTraining({ ...set.config, seed: 1 }, reporterOf()));
    printSummary(name, results[name]);
  }
}
if (values.write !== undefined) writeFileSync(values.write, `${JSON.stringify(results, null, 2)}\n`);

/** Scores by variant and seed. */
async function scoresBySeed(set: string, data: TrainingData): Promise<Record<string, Scores[]>> {
  const scores: Record<string, Scores[]> = {};
  for (let seed = 1; seed <= Number(values.seeds); seed++)
    for (const [variant, own] of Object.entries(await ablate(set, data, seed))) {
      scores[variant] = [...(scores[variant] ?? []), own];
      const { unlabelled, holdout, cycle } = own;
      console.log(
        `${set}  seed ${seed}  ${variant.padEnd(22)} unlabelled ${fixed(unlabelled)}  holdout ${fixed(holdout)}  cycle ${cycle}`,
      );
    }
  return scores;
}

function printSummary(set: string, scores: Record<string, Scores[]>): void {
  console.log(`\n${set}: macro-F1, mean and standard deviation over ${values.seeds} seeds: unlabelled people, holdout`);
  for (const [variant, own] of Object.entries(scores)) {
    const [unlabelled, holdout] = (["unlabelled", "holdout"] as const).map((key) => spread(own.map((one) => one[key])));
    console.log(`${variant.padEnd(22)} ${unlabelled}  ${holdout}`);
  }
  console.log();
}

async function ablate(set: string, data: TrainingData, seed: number): Promise<Record<string, Scores>> {
  const { windows: all, sensors } = data;
  const { classes, users, groups, labels } = all;
  const rng = Rng.fromSeed(seed);
  const people = rng.split("people").shuffle([...users.keys()]);
  const few = Math.round(people.length / 6);
  const many = few + Math.round(people.length / 2);
  const rowsOf = (own: readonly number[]): Int32Array =>
    Int32Array.from([...groups.keys()].filter((row) => own.includes(groups[row]!)));
  const [labelled, unlabelledRows, holdoutRows] = [
    people.slice(0, few),
    people.slice(few, many),
    people.slice(many),
  ].map(rowsOf) as [Int32Array, Int32Array, Int32Array];
  const hidden = { ...all, labels: Int32Array.from(labels) };
  for (const row of unlabelledRows) hidden.labels[row] = -1;
  const epochs = Number(values.epochs);
  const setting: CycleSetting = {
    sensors,
    windows: hidden,
    windowsFingerprint: "sha256:hidden",
    unlabelledRows,
    network: "compact",
    trained,
    rng: rng.split("fits"),
    schedule: {
      // The learning rate is halved for the last third, and again for the last sixth.
      learningRates: Array.from({ length: epochs }, (_, i) =>
        i < (2 * epochs) / 3 ? 1e-3 : i < (5 * epochs) / 6 ? 5e-4 : 2.5e-4,
      ),
      penalty: null,
      mixture: null,
    },
  };
  const run = fitWorkerRunner(windowsForFitRunner(setting.windowsFingerprint, hidden));
  const asked = Int32Array.from([...holdoutRows, ...unlabelledRows]);
  const split = (weights: Weights, probabilities: Float32Array): CycleFit<Weights> => {
    const at = holdoutRows.length * classes.length;
    return { weights, holdout: probabilities.slice(0, at), unlabelled: probabilities.slice(at) };
  };
  const fitOnce = async (
    cycle: number,
    selection: Selection | null,
    from: Weights | null,
  ): Promise<CycleFit<Weights>> => {
    const plan = cyclePlan(setting, `cycle-${cycle}`, labelled, selection, asked);
    const checkpoint = from === null ? null : encodeFitState(fitStateFrom(from, setting.schedule.learningRates[0]!));
    const outcome = await run({ plan, checkpoint, threads: 2 }, {});
    return split({ ...outcome, scaler: plan.scaler }, outcome.probabilities!);
  };
  const first = await fitOnce(0, null, null);
  const of = (rows: Int32Array, probabilities: Float32Array): number =>
    classificationMetrics(
      rows.map((row) => labels[row]!),
      probabilities,
      classes,
    ).macro_f1;
  const scores = (fit: CycleFit<Weights>, cycle: number): Scores => ({
    unlabelled: of(unlabelledRows, fit.unlabelled),
    holdout: of(holdoutRows, fit.holdout),
    cycle,
  });
  const answers = {
    classes,
    labelledCounts: classes.map((_, k) => labelled.filter((row) => labels[row] === k).length),
    holdoutLabels: holdoutRows.map((row) => labels[row]!),
    truth: unlabelledRows.map((row) => labels[row]!),
  };
  const results: Record<string, Scores> = { "no pseudo-labels": scores(first, 0) };
  const names: readonly (readonly [string, Restart])[] = [
    ["warm start", "none"],
    ...(values.pretrained ? [["restart at cycle 0", "pretrained"] as const] : []),
    ["restart from scratch", "scratch"],
  ];
  for (const [name, restart] of names) {
    const options = {
      cycles: Number(values.cycles),
      step: 0.2,
      selector: "percentile-per-class",
      threshold: 0.9,
      restart,
    } as const;
    const tell = ({ cycle, holdout, unlabelled }: CycleReport): void =>
      console.error(
        `${set}  seed ${seed}  ${name}  cycle ${cycle}: unlabelled ${fixed(unlabelled.macro_f1!)}  holdout ${fixed(holdout.macro_f1)}`,
      );
    const { winner, fits } = await runCurriculum<Weights>(
      answers,
      options,
      (cycle, selection, from) => (cycle === 0 ? Promise.resolve(first) : fitOnce(cycle, selection, from)),
      tell,
    );
    results[name] = scores(fits[winner]!, winner);
  }
  const plan = cyclePlan(setting, "cycle-0", labelled, null, null);
  const adapted = await adaptBatchNorm(first.weights, plan, hidden, unlabelledRows);
  const { windowSize, channels } = all;
  const session = await ValidationSession.create("compact", {
    windowSize,
    channels: channels.length,
    classes: classes.length,
  });
  const said = await predictWithFitWeights(session, adapted, { windows: hidden, scaler: plan.scaler }, asked);
  results.AdaBN = scores(split(first.weights, said), 1);
  await session.release();
  return results;
}

function spread(numbers: readonly number[]): string {
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const variance = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, numbers.length - 1);
  return `${fixed(mean)} ± ${fixed(Math.sqrt(variance))}`;
}

function fixed(value: number): string {
  return value.toFixed(3);
}
