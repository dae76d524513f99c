import { crossValidate } from "../learning/evaluation/cross-validate.ts";
import { leakageReport } from "../learning/evaluation/leakage.ts";
import { stratifiedGroupKFold } from "../learning/evaluation/stratified-group-k-fold.ts";
import type { FitName } from "../learning/training/fit-events.ts";
import { runFit } from "../learning/training/run-fit.ts";
import type { Selection } from "../learning/training/select-pseudo-labels.ts";
import { describeFold, summarizeFolds } from "../learning/training/summarize-folds.ts";
import { type DescribedValues, describeValues } from "../monitoring/drift/describe-values.ts";
import { WindowSignals } from "../monitoring/summaries/window-signals.ts";
import type { ChampionOptions, SampledTrainConfig } from "../options/recorded-options.ts";
import type { RetrainConfig } from "../options/resolve-config.ts";
import { type NamedColumns, namedColumnRoles } from "../signals/data/named-columns.ts";
import { pickWindows } from "../signals/data/pick-windows.ts";
import { piecesOfRecordings, type RowSource } from "../signals/data/recordings.ts";
import type { WindowSet } from "../signals/data/windows.ts";
import { adaptCandidateFit, type Candidate, candidateCycleSetting, type RetrainRun } from "./candidate.ts";
import { cyclePlan, type PseudoLabels, pseudoLabelCycle } from "./cycle-plan.ts";
import type { RetrainData } from "./prepare-retraining.ts";
import type { TrainingData } from "./prepare-training.ts";
import type { TrainedModel } from "./trained-model.ts";

/**
 * Turns the candidate into a model: the winning network, and folds that hold out the labelled people in turn. Each fold trains
 * on the winner's pseudo-labels, except those of people who have the same names as its held-out people. The network that made
 * these pseudo-labels was trained with the held-out people's labels, so the figures for the folds are slightly too optimistic.
 */
export async function crossFit(run: RetrainRun, candidate: Candidate, createdAt: Date): Promise<TrainedModel> {
  const { config, data, reporter } = run;
  const { windows: all, trainRows } = data;
  const windows = pickWindows(all, trainRows);
  const nSplits = Math.min(data.trained.folds, new Set(windows.groups).size);
  const splits = stratifiedGroupKFold(windows.labels, windows.groups, { nSplits, rng: run.rng.split("folds") });
  const folds = splits.map(({ trainIndex, testIndex }) => ({
    trainIndex,
    testIndex,
    validationIndex: new Int32Array(),
  }));
  const also = candidate.selection === null ? undefined : crossFitPseudoLabelled(run, candidate.selection);
  const own: TrainingData = {
    recordings: { channels: windows.channels, files: data.labelled.files, fingerprint: data.labelled.fingerprint },
    sensors: run.champion.sensors,
    conversions: data.labelled.conversions,
    labelMap: data.labelled.labelMap,
    described: describeCrossFitValues(data.labelled.rows, new Set(windows.users), also),
    quality: data.labelled.quality,
    windows,
    dropped: data.dropped,
    labelChanges: null,
    network: data.network,
    folds,
    warnings: data.warnings,
    leakage: leakageReport(
      "group",
      windows,
      folds,
      data.labelled.copies.map(({ people }) => people),
    ),
  };
  const failed = new AbortController();
  const results = await crossValidate(
    folds,
    async ({ trainIndex, testIndex }, fold) => {
      const name: FitName = `fold-${fold + 1}`;
      const base = trainIndex.map((row) => trainRows[row]!);
      const tested = testIndex.map((row) => trainRows[row]!);
      const others = crossFitOthers(data, candidate.selection, tested);
      const plan = { ...cyclePlan(candidateCycleSetting(run), name, base, others.selection, tested), shards: 1 };
      const task = { plan, checkpoint: null, threads: 1 };
      const signal = AbortSignal.any([run.signal, failed.signal]);
      const fitted = await runFit(name, task, { ...run, signal }).catch((error: unknown) => {
        failed.abort();
        throw error;
      });
      const outcome =
        config.adapt === "adabn" ? await adaptCandidateFit(run, fitted, plan, others.unlabelledRows, tested) : fitted;
      const report = describeFold(own, fold, outcome);
      const { best_epoch: bestEpoch, epochs, seconds, metrics } = report;
      reporter.event({ type: "fold", fold: fold + 1, folds: folds.length, bestEpoch, epochs, seconds, metrics });
      return { outcome, report };
    },
    config.jobs,
  );
  const outcomes = results.map(({ outcome }) => outcome);
  const crossValidation = summarizeFolds(
    own,
    outcomes,
    results.map(({ report }) => report),
  );
  const { summary, pooled, users } = crossValidation;
  reporter.event({ type: "cross-validation", summary, pooled, users });
  const final = candidate.fit.weights;
  return {
    data: own,
    config: crossFitConfig(data.trained, config),
    crossValidation,
    outcomes,
    final,
    scaler: final.scaler,
    createdAt,
    ...(also !== undefined && { also }),
  };
}

/**
 * The unlabelled windows that a fold may train on. The fold's held-out people may also appear in the unlabelled recordings, so
 * their windows are left out.
 */
export function crossFitOthers(
  { windows: { groups }, unlabelledRows }: Pick<RetrainData, "windows" | "unlabelledRows">,
  selection: PseudoLabels | null,
  tested: Int32Array,
): { selection: PseudoLabels | null; unlabelledRows: Int32Array } {
  const leftOut = new Set(tested.map((row) => groups[row]!));
  const isOther = (row: number): boolean => !leftOut.has(groups[row]!);
  const others = unlabelledRows.filter(isOther);
  if (selection === null) return { selection, unlabelledRows: others };
  const kept = Int32Array.from(selection.rows.keys()).filter((i) => isOther(unlabelledRows[selection.rows[i]!]!));
  const [rows, labels] = [selection.rows, selection.labels].map((values) => kept.map((i) => values[i]!));
  return { selection: { rows: rows!, labels: labels! }, unlabelledRows: others };
}

/**
 * The champion's training options, overridden by the options of the retraining run. The champion's column
 * names are kept only if its own training files are used.
 */
function crossFitConfig(
  trained: ChampionOptions,
  config: NamedColumns & Pick<RetrainConfig, "out" | "seed" | "jobs" | "experiment" | "labelled">,
): SampledTrainConfig {
  const { out, seed, jobs, experiment, labelled } = config;
  const own = { out, seed, jobs, experiment, resume: false } as const;
  const { split } = namedColumnRoles(trained);
  if (labelled === undefined) return { ...trained, ...own, split: split === undefined ? "group" : trained.split };
  const { pathColumns: _, ...kept } = trained;
  return { ...kept, ...namedColumnRoles(config), ...own, split: "group", files: labelled };
}

/** Describes the values of `people`, together with those of the pseudo-labelled windows on which a fit was trained. */
function describeCrossFitValues(
  rows: RowSource,
  people: ReadonlySet<string>,
  also: WindowSet | undefined,
): DescribedValues {
  const kept = Array.from(rows.stretches()).filter(({ user }) => people.has(user));
  const others = also === undefined ? null : new WindowSignals(also, []);
  const length = kept.reduce((sum, { start, end }) => sum + end - start, 0);
  return describeValues(rows.channels, (c) => {
    const more = others?.under(rows.channels[c]!) ?? new Float32Array();
    const whole = new Float32Array(length + more.length);
    let at = 0;
    for (const { start, end } of kept) {
      for (const { from, to } of piecesOfRecordings(start, end)) {
        whole.set(rows.values(c, from, to), at);
        at += to - from;
      }
    }
    whole.set(more, at);
    return whole;
  });
}

/** The selected windows and their pseudo-labels. */
function crossFitPseudoLabelled(run: RetrainRun, selection: Selection): WindowSet {
  const { windows, rows } = pseudoLabelCycle(run.data, new Int32Array(), selection);
  return pickWindows(windows, rows);
}
