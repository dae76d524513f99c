// npx node bench/retrain-ablation.ts [--seeds 3] [--labelled 4] [--unlabelled 12] [--epochs 24] [--cycles 5]
// [--pretrained] [--write FILE]: measures what pseudo-labels and restarts contribute. For every seed, MotionSense's 24 people
// are split anew into a few labelled people, some unlabelled people, and the holdout. With the same network,
// schedule and selection, the script trains without pseudo-labels, with a warm start from cycle to cycle, with fresh
// weights in each cycle and, with --pretrained, from cycle 0's weights. AdaBN is measured for comparison. The winner is chosen
// on the holdout. The figures are its macro-F1 on the unlabelled people (against their true labels) and on the holdout.

import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { classificationMetrics } from "../src/learning/evaluation/classification-metrics.ts";
import {
  type CycleFit,
  type CycleReport,
  type Restart,
  runCurriculum,
} from "../src/learning/pseudo-labeling/curriculum.ts";
import type { Selection } from "../src/learning/pseudo-labeling/select-pseudo-labels.ts";
import { adaptBatchNorm } from "../src/learning/training/adapt-batch-norm.ts";
import { predictWithFitWeights } from "../src/learning/training/fit-network.ts";
import { type FitOutcome, windowsForFitRunner } from "../src/learning/training/fit-runner.ts";
import { encodeFitState, fitStateFrom } from "../src/learning/training/fit-state.ts";
import { fitWorkerRunner } from "../src/learning/training/fit-worker.ts";
import { ValidationSession } from "../src/learning/training/network-session.ts";
import { type CycleSetting, cyclePlan } from "../src/pipelines/cycle-plan.ts";
import { Rng } from "../src/random.ts";
import { readRecordings } from "../src/signals/data/read-recordings.ts";
import { makeWindows } from "../src/signals/preprocessing/make-windows.ts";
import type { WindowSet } from "../src/signals/preprocessing/windows.ts";
import { sensorsByName } from "../src/signals/sensors/sensors-by-name.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "3" },
    labelled: { type: "string", default: "4" },
    unlabelled: { type: "string", default: "12" },
    epochs: { type: "string", default: "24" },
    pretrained: { type: "boolean", default: false },
    cycles: { type: "string", default: "5" },
    write: { type: "string" },
  },
});
const recordings = fileURLToPath(new URL("../../shared/data/motionsense/motionsense.parquet", import.meta.url));
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

if (!existsSync(recordings)) console.log("MotionSense is not at ../shared/data: nothing measured.");
else await main();

async function main(): Promise<void> {
  const read = await readRecordings([recordings], { requireLabels: true, nominalRateHz: 50 });
  const { windows } = makeWindows(read.recordings, { samplingRateHz: 50, windowSize: 200, overlap: 0.5 });
  const results = new Map<string, Scores[]>();
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    for (const [name, scores] of Object.entries(await ablate(windows, seed))) {
      results.set(name, [...(results.get(name) ?? []), scores]);
      const { unlabelled, holdout, cycle } = scores;
      console.log(
        `seed ${seed}  ${name.padEnd(22)} unlabelled ${fixed(unlabelled)}  holdout ${fixed(holdout)}  cycle ${cycle}`,
      );
    }
  }
  console.log(`\nmacro-F1, mean and standard deviation over ${values.seeds} seeds: unlabelled people, holdout`);
  for (const [name, scores] of results) {
    const [unlabelled, holdout] = (["unlabelled", "holdout"] as const).map((key) =>
      spread(scores.map((one) => one[key])),
    );
    console.log(`${name.padEnd(22)} ${unlabelled}  ${holdout}`);
  }
  if (values.write !== undefined)
    writeFileSync(values.write, `${JSON.stringify(Object.fromEntries(results), null, 2)}\n`);
}

async function ablate(all: WindowSet, seed: number): Promise<Record<string, Scores>> {
  const { classes, users, groups, labels } = all;
  const rng = Rng.fromSeed(seed);
  const people = rng.split("people").shuffle([...users.keys()]);
  const [few, many] = [Number(values.labelled), Number(values.labelled) + Number(values.unlabelled)];
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
    sensors: sensorsByName(all.channels),
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
  const data = {
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
        `seed ${seed}  ${name}  cycle ${cycle}: unlabelled ${fixed(unlabelled.macro_f1!)}  holdout ${fixed(holdout.macro_f1)}`,
      );
    const { winner, fits } = await runCurriculum<Weights>(
      data,
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
