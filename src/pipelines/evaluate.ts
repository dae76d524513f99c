// `tidemark evaluate`: predicts labelled recordings with a trained model, computes every metric of the training report, and
// compares the metrics with those of the model's cross-validation.

import { UserError } from "../errors.ts";
import {
  bootstrapPeople,
  type ClassIntervals,
  type Interval,
  type MetricIntervals,
} from "../learning/evaluation/bootstrap-people.ts";
import { type ClassificationMetrics, classificationMetrics } from "../learning/evaluation/classification-metrics.ts";
import {
  crossValidationPromise,
  isWithinPromised,
  type KeptPromise,
  rankAmongPromisedPeople,
} from "../learning/evaluation/cross-validation-promise.ts";
import { type MetricsSummary, metricsSummary } from "../learning/evaluation/metrics-summary.ts";
import { type CvReport, cvReportSchema } from "../learning/training/cv-report.ts";
import { predictWindows } from "../learning/training/predict-windows.ts";
import { listedNames } from "../listed-names.ts";
import { type OpenedModel, openWatchedModelForPrediction } from "../monitoring/streams/watched-model.ts";
import { entriesInNaturalOrder } from "../natural-order.ts";
import { type EvaluateConfig, type EvaluateOptions, resolveEvaluateConfig } from "../options/resolve-config.ts";
import { Rng } from "../random.ts";
import { writeReportPage } from "../report/write-report-page.ts";
import { collectingReporter, type Reporter, reporterOf } from "../reporter.ts";
import type { OpenedRecordings } from "../signals/data/open-recordings.ts";
import { planWindows } from "../signals/data/plan-windows.ts";
import { windowWarningsOfPeople } from "../signals/data/window-warnings.ts";
import { gatherRows } from "../stats/gather-rows.ts";
import { readJsonFile } from "../storage/json-file.ts";
import { modelFiles } from "../storage/model-folder.ts";
import { predictorOfModelHandle } from "./model-handle.ts";
import { openToPredict } from "./open-to-predict.ts";
import { checkOutFile } from "./out-file.ts";
import { UnlikeTraining } from "./unlike-training.ts";
import { windowsOfModel } from "./windows-of-model.ts";

export type { ClassIntervals, Interval, KeptPromise, MetricIntervals };

/** One person's metrics, compared with those of the cross-validated people. */
export interface EvaluatedPerson {
  /** Name of the person. */
  user: string;
  /** Metrics of the person's windows. */
  metrics: ClassificationMetrics;
  /** Whether the macro-F1 is not unusually low compared with the scores of the cross-validated people. */
  within: boolean;
  /** Estimated share of new people who would score as low as this person, or lower. */
  rank: number;
  /** Whether a person with this name is in the model's training data. */
  learned: boolean;
}

/** The result of `evaluate`. */
export interface EvaluateResult {
  /** Version of the model: its folder's name, the time of its training, and a hash. */
  modelVersion: string;
  /** Number of windows whose label is one of the model's classes. */
  windows: number;
  /** Classes, in the order of the network's outputs and of the confusion matrices. */
  classes: readonly string[];
  /** Metrics over all windows. */
  pooled: ClassificationMetrics;
  /** 90 % intervals for the pooled metrics, from a bootstrap over people. */
  intervals: MetricIntervals;
  /** Mean and standard deviation over people. */
  overPeople: MetricsSummary;
  /** People, sorted by name. */
  people: EvaluatedPerson[];
  /** Comparison with the cross-validation by macro-F1 per person. */
  crossValidation: KeptPromise;
  /** Seconds recorded with each label that is not one of the model's classes. */
  unknownLabels: Record<string, number>;
  /** Warnings. */
  warnings: string[];
  /** Path of the page; null if none was written. */
  out: string | null;
  /** Duration in seconds. */
  seconds: number;
}

interface Predicted {
  readonly labels: Int32Array;
  readonly probabilities: Float32Array;
  readonly people: readonly string[];
}

const bootstrapSeed = 42;

/**
 * Runs a model on labelled recordings, and computes every metric of the training report over all windows, per person and
 * per class, with intervals from a bootstrap over people. Compares each person with the people held out in cross-validation.
 *
 * @throws UserError if an option is wrong, the recordings have no labels or do not fit the model, or the model folder was
 * modified
 * @throws DataFault if some values cannot be explained by any unit or movement
 */
export async function evaluate(
  options: EvaluateOptions,
  run: { reporter?: Partial<Reporter> } = {},
): Promise<EvaluateResult> {
  const started = performance.now();
  const config = resolveEvaluateConfig(options);
  if (config.out !== undefined) await checkOutFile(config.out, config);
  const model = await openWatchedModelForPrediction(config.model);
  const reporter = collectingReporter(reporterOf(run.reporter));
  const report = await readJsonFile(model.folder.path(modelFiles.cvReport), cvReportSchema);
  const { classes } = model.folder.labels;
  const known = { people: model.folder.manifest.data.users, classes };
  const opened = await openToPredict(config, model, { labelColumn: true, known }, reporter);
  try {
    const unknownLabels = warnOfUnknownEvaluatedLabels(opened, classes, reporter);
    const predicted = await predictToEvaluate(opened, model, config, reporter);
    warnOfMissingEvaluatedClasses(predicted, classes, reporter);
    const figures = evaluatePredicted(predicted, classes, report);
    warnOfEvaluatedTrainingPeople(figures.people, model, opened, reporter);
    const result: EvaluateResult = {
      modelVersion: model.folder.manifest.model_version,
      windows: predicted.labels.length,
      classes,
      ...figures,
      unknownLabels,
      warnings: [...reporter.warnings],
      out: config.out ?? null,
      seconds: (performance.now() - started) / 1000,
    };
    if (config.out !== undefined) await writeEvaluateResult(config.out, result, report);
    return result;
  } finally {
    opened.rows.close();
  }
}

/**
 * Predicts the recordings, and returns the windows whose label is one of the model's classes. Warns if poor figures may be
 * caused by the recordings instead of the model.
 * @throws UserError if there is no such window
 */
async function predictToEvaluate(
  { rows, columns }: OpenedRecordings,
  model: OpenedModel,
  { jobs: threads, purity }: Pick<EvaluateConfig, "jobs" | "purity">,
  reporter: Pick<Reporter, "warn">,
): Promise<Predicted> {
  const { classes } = model.folder.labels;
  const own = windowsOfModel(model.config);
  const plan = planWindows(rows, { ...own, purity: purity ?? own.purity, classes });
  for (const warning of windowWarningsOfPeople(plan)) reporter.warn(warning);
  const nClasses = classes.length;
  const predictor = predictorOfModelHandle(model);
  const unlike = new UnlikeTraining(model);
  const all = await predictWindows(rows, plan, predictor, { nClasses, threads }, (chunk, own) =>
    unlike.add(chunk, own),
  ).finally(() => predictor.close());
  for (const warning of unlike.warnings()) reporter.warn(warning);
  const labelled = Int32Array.from(all.labels.keys()).filter((w) => all.labels[w]! >= 0);
  if (labelled.length === 0) {
    throw new UserError(`Column "${columns.label}": no window has a label; there is nothing to evaluate`, {
      advice: "Label the recordings, or specify another column with --label.",
    });
  }
  return {
    labels: labelled.map((w) => all.labels[w]!),
    probabilities: gatherRows(all.probabilities, labelled, nClasses),
    people: Array.from(labelled, (w) => all.users[all.groups[w]!]!),
  };
}

function evaluatePredicted(
  { labels, probabilities, people }: Predicted,
  classes: readonly string[],
  report: CvReport,
): Pick<EvaluateResult, "pooled" | "intervals" | "overPeople" | "people" | "crossValidation"> {
  const nClasses = classes.length;
  const promised = report.users.map(({ metrics }) => metrics.macro_f1);
  const learned = new Set(report.users.map(({ user }) => user));
  const byName = entriesInNaturalOrder(Map.groupBy(people.keys(), (w) => people[w]!));
  const evaluated = byName.map(([user, rows]): EvaluatedPerson => {
    const own = Int32Array.from(rows, (w) => labels[w]!);
    const metrics = classificationMetrics(own, gatherRows(probabilities, rows, nClasses), classes);
    return {
      user,
      metrics,
      within: isWithinPromised(promised, metrics.macro_f1),
      rank: rankAmongPromisedPeople(promised, metrics.macro_f1),
      learned: learned.has(user),
    };
  });
  const rng = Rng.fromSeed(bootstrapSeed);
  const metrics = evaluated.map((person) => person.metrics);
  const found = metrics.map(({ macro_f1 }) => macro_f1);
  return {
    pooled: classificationMetrics(labels, probabilities, classes),
    intervals: bootstrapPeople(metrics, classes, rng.split("pooled")),
    overPeople: metricsSummary(metrics),
    people: evaluated,
    crossValidation: crossValidationPromise(promised, found, rng.split("promise")),
  };
}

/** @returns seconds per unknown label @throws UserError if all labels are unknown */
function warnOfUnknownEvaluatedLabels(
  { quality, columns }: OpenedRecordings,
  classes: readonly string[],
  reporter: Pick<Reporter, "warn">,
): Record<string, number> {
  const unknown = Object.entries(quality.classes).filter(([name]) => !classes.includes(name));
  if (unknown.length > 0) {
    const names = unknown.map(([name]) => name).join(", ");
    if (unknown.length === Object.keys(quality.classes).length) {
      throw new UserError(
        `Column "${columns.label}": none of its labels is a class of the model: ${names}. Its classes are ${classes.join(", ")}.`,
        { advice: "Rename labels with --map FILE, or specify another column with --label." },
      );
    }
    reporter.warn(
      `The model has no class for ${names}; rows with these labels are left out. Its classes are ${classes.join(", ")}.`,
    );
  }
  return Object.fromEntries(unknown.map(([name, { seconds }]) => [name, seconds]));
}

function warnOfMissingEvaluatedClasses(
  { labels }: Predicted,
  classes: readonly string[],
  reporter: Pick<Reporter, "warn">,
): void {
  const found = new Set(labels);
  const missing = classes.filter((_, k) => !found.has(k));
  if (missing.length === 0) return;
  reporter.warn(
    `No window is labelled ${missing.join(", ")}. Macro-F1 therefore measures something else here than in ` +
      `cross-validation, so comparing the two says little.`,
  );
}

function warnOfEvaluatedTrainingPeople(
  people: readonly EvaluatedPerson[],
  { folder: { manifest } }: OpenedModel,
  { fingerprint }: OpenedRecordings,
  reporter: Pick<Reporter, "warn">,
): void {
  if (fingerprint === manifest.data.fingerprint) {
    reporter.warn("These recordings are the model's training data: the figures say nothing about other people.");
    return;
  }
  const names = people.filter(({ learned }) => learned).map(({ user }) => user);
  if (names.length === 0) return;
  reporter.warn(
    `The model was trained on people called ${listedNames(names)}. If these are the same people, the figures are ` +
      `too optimistic.`,
  );
}

async function writeEvaluateResult(out: string, result: EvaluateResult, report: CvReport): Promise<void> {
  const { evaluateHtml } = await import("../report/evaluate-html.ts");
  await writeReportPage(out, evaluateHtml(result, report));
}
