// `tidemark retrain`: unlabelled recordings in, a candidate out, or a refusal with its reasons. The stages stand here in
// order. A candidate is cross-validated like any model, each fold with the pseudo-labels that won, so that its folder has
// honest figures and a calibration on left-out people.

import { basename } from "node:path";
import {
  type RetrainConfig,
  type RetrainOptions,
  resolveRetrainConfig,
  type TrainConfig,
  untracked,
} from "../config.ts";
import type { Recordings } from "../data/recordings.ts";
import { gridsOf } from "../drift/baseline-reference.ts";
import { summarizeByClass } from "../drift/class-summaries.ts";
import { driftBaselineSchema, driftModel } from "../drift/drift-baseline.ts";
import { modelSignals } from "../drift/model-signals.ts";
import { batchStatistics } from "../drift/score.ts";
import { flipRate, meanConfidence } from "../drift/signal-distances.ts";
import { Summarizer } from "../drift/summarize.ts";
import { Interrupted } from "../errors.ts";
import { argmaxRows } from "../metrics/confusion-matrix.ts";
import { crossValidate } from "../model-selection/cross-validate.ts";
import { leakageReport } from "../model-selection/leakage.ts";
import { stratifiedGroupKFold } from "../model-selection/stratified-group-k-fold.ts";
import { pickWindows } from "../preprocessing/join-windows.ts";
import { coveredRanges, type Scaler } from "../preprocessing/scaler.ts";
import type { WindowSet } from "../preprocessing/windows.ts";
import {
  type CurriculumResult,
  type CycleFit,
  type CycleReport,
  describeCycle,
  runCurriculum,
  type StopReason,
} from "../pseudo-labeling/curriculum.ts";
import { compareOnHoldout, type GateRule, holdoutRules, type Proxies, proxyRules } from "../pseudo-labeling/gate.ts";
import type { RetrainReport } from "../pseudo-labeling/retrain-report.ts";
import type { Selection } from "../pseudo-labeling/select-pseudo-labels.ts";
import { Rng } from "../random.ts";
import { retrainPage, retrainSections } from "../report/retrain-html.ts";
import { jsonText, makeDirectory, writeFileAtomic } from "../store/atomic-file.ts";
import { retrainReportFile } from "../store/model-folder.ts";
import { openStaging, type Staging } from "../store/staging.ts";
import { serverAddress } from "../tracking/server-address.ts";
import { adaptBatchNorm } from "../training/adapt-batch-norm.ts";
import { Diverged } from "../training/diverged.ts";
import { type FitSpec, predictRows } from "../training/fit-network.ts";
import type { FitOutcome } from "../training/fit-worker.ts";
import { ValidationSession } from "../training/network-session.ts";
import { applyTemperature } from "../training/temperature-scaling.ts";
import { describeFold, summariseFolds } from "./cross-validation.ts";
import { type CycleSetting, cycleSpec, labelledWith } from "./cycle-spec.ts";
import type { AlsoLearned } from "./drift-baseline.ts";
import { classOfSamples, follows, sampleColumns } from "./measure-batch.ts";
import { type Monitor, openMonitor } from "./open-monitor.ts";
import type { TrainingData } from "./prepare-training.ts";
import { promote } from "./registry.ts";
import { resumeCommand } from "./resume-command.ts";
import { peopleOf, prepareRetraining, type RetrainData } from "./retrain-data.ts";
import { beginRetraining, endRetraining } from "./retrain-log.ts";
import { tellTracked } from "./tell-tracked.ts";
import { TimeLeft } from "./time-left.ts";
import type { FitName, OnTrainEvent } from "./train-events.ts";
import { endTraining } from "./train-log.ts";
import { enterRun, runFit } from "./train-run.ts";
import { TrainingTracker } from "./training-tracker.ts";
import { explainWriteFailure } from "./write-failure.ts";
import { type BuiltModel, buildModel, epochRows, type TrainedModel, writeModel } from "./write-model.ts";

export interface RetrainResult {
  /** Whether the candidate passed the gate; only then is there a model folder. */
  readonly adopted: boolean;
  /** The model folder, or the directory with the refusal's report. */
  readonly out: string;
  /** Path of report.html. */
  readonly report: string;
  readonly figures: RetrainReport;
  /** The line of which it is the champion now; null where nothing was promoted. */
  readonly promoted: string | null;
}

interface Run {
  readonly config: RetrainConfig;
  readonly champion: Monitor;
  readonly data: RetrainData;
  readonly staging: Staging;
  readonly onEvent: OnTrainEvent;
  readonly signal: AbortSignal;
  readonly timeLeft: TimeLeft;
  readonly rng: Rng;
}

/** A cycle's network, with what a further fit may begin from. */
type Weights = FitOutcome & { readonly scaler: Scaler };

/** What won, whatever it came from. */
interface Candidate extends Pick<CurriculumResult<Weights>, "cycles" | "winner" | "fits"> {
  readonly stopped: StopReason | "adabn";
  readonly selection: Selection | null;
  readonly fit: CycleFit<Weights>;
}

/**
 * Learns from unlabelled recordings by curriculum labelling or AdaBN, and writes a model folder if labelled people whom
 * neither network learned from, and then the unlabelled windows, say that it is better than the champion. Equal data, options
 * and seed give equal files, also where the run was interrupted and resumed.
 *
 * @param options as on the command line; `files`, `model` and `out` at least
 * @throws UserError on wrong options, recordings that do not fit the champion, or too few labelled people
 * @throws Interrupted where `signal` ended the run; its advice is the command that goes on with it
 */
export async function retrain(
  options: RetrainOptions,
  run: { onEvent?: OnTrainEvent; signal?: AbortSignal; now?: () => Date } = {},
): Promise<RetrainResult> {
  const started = performance.now();
  const config = resolveRetrainConfig(options);
  const onEvent = run.onEvent ?? (() => {});
  const now = run.now ?? (() => new Date());
  serverAddress(config.tracking);
  const champion = await openMonitor(config.model);
  const staging = await openStaging(config.out, { resume: config.resume }).catch((error: unknown) => {
    throw explainWriteFailure(error, config.out);
  });
  let tracker: TrainingTracker | undefined;
  try {
    const data = await prepareRetraining(config, champion);
    await enterRun(staging, config, fingerprintOf(data, champion));
    tracker = await TrainingTracker.open((start) => beginRetraining(data, config, champion, start), config, staging, {
      onEvent,
      now: () => now().getTime(),
    });
    const listen: OnTrainEvent = (event) => {
      onEvent(event);
      tracker!.onEvent(event);
    };
    const result = await retrainOn(
      {
        ...{ config, champion, data, staging, onEvent: listen },
        signal: run.signal ?? new AbortController().signal,
        timeLeft: new TimeLeft(fitNames(config, champion), data.learningRates.length, 1),
        rng: Rng.fromSeed(config.seed).split("retrain"),
      },
      { tracker, now, started },
    );
    await staging.discard();
    const seconds = (performance.now() - started) / 1000;
    const promoted = result.adopted && config.promote ? await promote(config.out) : null;
    const named = promoted === null ? null : `${promoted.champion} is the champion of ${promoted.line}`;
    const { adopted, out, report } = result;
    onEvent({ type: "retrained", adopted, out, report, seconds, promoted: named });
    tellTracked(await tracker.finish(out), config, onEvent, out);
    return { ...result, promoted: promoted?.line ?? null };
  } catch (error) {
    const outcome = await tracker?.stop(error instanceof Interrupted ? "KILLED" : "FAILED");
    if (outcome !== undefined) tellTracked(outcome, config, onEvent, error instanceof Diverged ? null : config.out);
    if (error instanceof Diverged) await staging.discard();
    if (!(error instanceof Interrupted)) throw explainWriteFailure(error, config.out);
    const command = resumeCommand("retrain", config);
    onEvent({ type: "checkpoint", path: staging.directory, resumeCommand: command });
    throw new Interrupted(`stopped; everything so far is kept in ${staging.out}.partial`, `Go on with: ${command}`);
  } finally {
    await staging.release();
  }
}

async function retrainOn(
  run: Run,
  { tracker, now, started }: { tracker: TrainingTracker; now: () => Date; started: number },
): Promise<Omit<RetrainResult, "promoted">> {
  const { config, champion, data, staging, onEvent } = run;
  const { windows, holdoutRows, championOnHoldout } = data;
  const { classes, users, labels, groups } = windows;
  tellData(run);
  const candidate = config.adapt === "adabn" ? await adapt(run) : await curriculum(run);
  const pick = (index: Int32Array): Int32Array => holdoutRows.map((row) => index[row]!);
  const comparison = compareOnHoldout(pick(labels), pick(groups), users, classes.length, {
    champion: championOnHoldout,
    candidate: candidate.fit.holdout,
  });
  const rules: GateRule[] = holdoutRules(candidate.winner, comparison);
  const passedBy = (all: readonly GateRule[]): boolean => all.every(({ passed }) => passed);
  let proxies: RetrainReport["proxies"] = null;
  let trained: TrainedModel | null = null;
  let built: BuiltModel | null = null;
  const createdAt = now();
  if (passedBy(rules)) {
    trained = await crossFit(run, candidate, createdAt);
    built = buildModel(trained);
    proxies = proxiesOf(run, candidate, trained, built);
    rules.push(...proxyRules(proxies.champion, proxies.candidate));
  }
  const adopted = passedBy(rules);
  onEvent({ type: "gate", winner: candidate.winner, stopped: candidate.stopped, rules, passed: adopted });
  const report: RetrainReport = {
    schema_version: 1,
    created_at: createdAt.toISOString(),
    champion: champion.folder.manifest.model_version,
    candidate: adopted ? built!.modelVersion : null,
    config: reported(config),
    classes: [...classes],
    labelled: { people: peopleOf(windows, data.trainRows), windows: data.trainRows.length },
    holdout: { people: peopleOf(windows, holdoutRows), windows: holdoutRows.length },
    unlabelled: {
      files: [...data.unlabelled.files],
      fingerprint: data.unlabelled.fingerprint,
      windows: data.unlabelledRows.length,
    },
    cycles: [...candidate.cycles],
    ...{ winner: candidate.winner, stopped: candidate.stopped, comparison, proxies },
    gate: { passed: adopted, rules },
    seconds: (performance.now() - started) / 1000,
    warnings: [...data.warnings],
  };
  const history = candidate.fits.flatMap(({ weights }, cycle) => epochRows(`cycle-${cycle}`, weights));
  if (!adopted)
    return refuse(config, report, (files) => tracker.seal(history, (at) => endRetraining(report, { files, at })));
  const all = { ...built!, history: [...history, ...built!.history] };
  const { register, alias } = config;
  const written = await writeModel(trained!, all, {
    staging,
    seal: (cvReport, rows, made) =>
      tracker.seal(rows, (at) => [
        ...endRetraining(report, { files: [], at }),
        ...endTraining(cvReport, {
          ...{ ...made, at },
          ...(register !== undefined && { register }),
          ...(alias !== undefined && { alias }),
        }),
      ]),
    extras: {
      files: { [retrainReportFile]: jsonText(report) },
      sections: retrainSections(report),
      retrainedFrom: {
        ...{ model_version: report.champion, model: config.model, line: lineOf(champion) },
        ...{ files: report.unlabelled.files, fingerprint: report.unlabelled.fingerprint },
        ...{ pseudo_labelled: candidate.selection?.rows.length ?? 0, holdout: report.holdout.people },
      },
    },
  });
  return { adopted, out: config.out, report: written.report, figures: report };
}

/** What decides about the result. */
function reported(config: RetrainConfig): Record<string, unknown> {
  const { jobs: _, resume: _r, ...own } = untracked(config);
  return own;
}

/** The name that all versions of a model share: that of the first one's folder. */
function lineOf({ folder }: Monitor): string {
  return folder.manifest.retrained_from?.line ?? basename(folder.directory.replace(/[\\/]+$/, ""));
}

/** A refused candidate leaves its report beside the place that it did not get. */
async function refuse(
  config: RetrainConfig,
  report: RetrainReport,
  seal: (files: readonly string[]) => Promise<string>,
): Promise<Omit<RetrainResult, "promoted">> {
  const out = `${config.out.replace(/[\\/]+$/, "")}.refused`;
  const files = { [retrainReportFile]: jsonText(report), "report.html": retrainPage(report) };
  await makeDirectory(out);
  for (const [name, content] of Object.entries(files)) await writeFileAtomic(`${out}/${name}`, content);
  await writeFileAtomic(`${out}/tracking.jsonl`, await seal(Object.keys(files)));
  return { adopted: false, out, report: `${out}/report.html`, figures: report };
}

function fitNames(config: RetrainConfig, champion: Monitor): FitName[] {
  const cycles = config.adapt === "adabn" ? 1 : config.cycles + 1;
  return [
    ...Array.from({ length: cycles }, (_, cycle): FitName => `cycle-${cycle}`),
    ...Array.from({ length: champion.config.folds }, (_, fold): FitName => `fold-${fold + 1}`),
  ];
}

/** What a resumed run has to agree with. */
function fingerprintOf({ labelled, unlabelled }: RetrainData, { folder }: Monitor): string {
  return [folder.manifest.model_version, labelled.recordings.fingerprint, unlabelled.fingerprint].join(" ");
}

function tellData({ data, onEvent }: Run): void {
  const { windows, trainRows, holdoutRows, unlabelledRows } = data;
  const of = (rows: Int32Array) => ({ people: peopleOf(windows, rows), windows: rows.length });
  const { people, windows: count } = of(unlabelledRows);
  onEvent({
    ...{ type: "retrain-data", labelled: of(trainRows), holdout: of(holdoutRows) },
    unlabelled: { people: people.length, windows: count, rows: data.unlabelled.time.length },
    ...{ epochs: data.learningRates.length, warnings: data.warnings },
  });
}

function settingOf({ champion, data, rng }: Run): CycleSetting {
  const { windows, unlabelledRows, learningRates } = data;
  return { windows, unlabelledRows, learningRates, trained: champion.config, rng };
}

async function fitCycle(
  run: Run,
  cycle: number,
  selection: Selection | null,
  start: Weights | null,
): Promise<CycleFit<Weights>> {
  const { data, config, onEvent } = run;
  const name: FitName = `cycle-${cycle}`;
  const spec = cycleSpec(settingOf(run), name, data.trainRows, selection, start);
  const testIndex = Int32Array.from([...data.holdoutRows, ...data.unlabelledRows]);
  const outcome = await runFit(name, { spec, testIndex, threads: config.jobs }, { ...run, onEvent });
  return split(run, { ...outcome, scaler: spec.scaler });
}

/** The predictions of a fit by what they are of. */
function split({ data }: Run, weights: Weights): CycleFit<Weights> {
  const width = data.windows.classes.length * data.holdoutRows.length;
  const { probabilities } = weights;
  return { weights, holdout: probabilities!.slice(0, width), unlabelled: probabilities!.slice(width) };
}

function curriculumData({ data }: Run) {
  const { windows, trainRows, holdoutRows, truth } = data;
  const { classes, labels } = windows;
  return {
    ...{ classes, truth },
    labelledCounts: classes.map((_, k) => trainRows.filter((row) => labels[row] === k).length),
    holdoutLabels: holdoutRows.map((row) => labels[row]!),
  };
}

async function curriculum(run: Run): Promise<Candidate> {
  const { cycles, step, select, threshold, restart } = run.config;
  const result = await runCurriculum<Weights>(
    curriculumData(run),
    { cycles, step, selector: select, threshold, restart },
    (cycle, selection, from) => fitCycle(run, cycle, selection, from),
    (report) => run.onEvent({ type: "cycle", cycles, report }),
  );
  return { ...result, selection: result.selections[result.winner]!, fit: result.fits[result.winner]! };
}

/** One fit on the labelled windows, then the same with the unlabelled windows' statistics: told as cycles 0 and 1. */
async function adapt(run: Run): Promise<Candidate> {
  const { data } = run;
  const first = await fitCycle(run, 0, null, null);
  const spec = cycleSpec(settingOf(run), "cycle-0", data.trainRows, null, null);
  const rows = Int32Array.from([...data.holdoutRows, ...data.unlabelledRows]);
  const second = split(run, { ...first.weights, ...(await adapted(run, first.weights, spec, rows)) });
  const known = curriculumData(run);
  const cycles: CycleReport[] = [
    describeCycle(known, 0, 0, null, first, null),
    describeCycle(known, 1, 0, null, second, first),
  ];
  for (const report of cycles) run.onEvent({ type: "cycle", cycles: 1, report });
  const winner = cycles[1]!.holdout.macro_f1 > cycles[0]!.holdout.macro_f1 ? 1 : 0;
  const fits = [first, second];
  return { cycles, winner, stopped: "adabn", fits: [first], selection: null, fit: fits[winner]! };
}

/** A fit with the statistics of the unlabelled windows, and what it then says of `rows`. */
async function adapted(run: Run, fit: FitOutcome, spec: FitSpec, rows: Int32Array): Promise<FitOutcome> {
  const rng = run.rng.split(`adabn ${spec.name}`).state;
  const weights = await adaptBatchNorm(fit, { ...spec, rng }, run.data.unlabelledRows);
  const { windowSize, channels, classes } = spec.windows;
  const sizes = { windowSize, channels: channels.length, classes: classes.length };
  const session = await ValidationSession.create(spec.network, sizes);
  try {
    return { ...fit, ...weights, probabilities: await predictRows(session, weights, spec, rows) };
  } finally {
    await session.release();
  }
}

/**
 * The candidate as a model: its network as it won, and folds that leave labelled people out in turn, each with the winner's
 * pseudo-labels. These came from a network that knew the left-out people's labels, which flatters the folds a little.
 */
async function crossFit(run: Run, candidate: Candidate, createdAt: Date): Promise<TrainedModel> {
  const { config, champion, data, onEvent } = run;
  const { windows: all, trainRows } = data;
  const windows = pickWindows(all, trainRows);
  const nSplits = Math.min(champion.config.folds, new Set(windows.groups).size);
  const splits = stratifiedGroupKFold(windows.labels, windows.groups, { nSplits, rng: run.rng.split("folds") });
  const folds = splits.map(({ trainIndex, testIndex }) => ({
    trainIndex,
    testIndex,
    validationIndex: new Int32Array(),
  }));
  const own: TrainingData = {
    recordings: recordingsOf(data.labelled.recordings, new Set(windows.users)),
    ...{ quality: data.labelled.quality, windows, dropped: data.dropped, folds, warnings: data.warnings },
    leakage: leakageReport("group", windows, folds),
  };
  const failed = new AbortController();
  const results = await crossValidate(
    folds,
    async ({ trainIndex, testIndex }, fold) => {
      const name: FitName = `fold-${fold + 1}`;
      const base = trainIndex.map((row) => trainRows[row]!);
      const spec = cycleSpec(settingOf(run), name, base, candidate.selection, null);
      const task = { spec, testIndex: testIndex.map((row) => trainRows[row]!), threads: 1 };
      const signal = AbortSignal.any([run.signal, failed.signal]);
      const fitted = await runFit(name, task, { ...run, signal }).catch((error: unknown) => {
        failed.abort();
        throw error;
      });
      const outcome = config.adapt === "adabn" ? await adapted(run, fitted, spec, task.testIndex) : fitted;
      const report = describeFold(own, fold, outcome);
      const { best_epoch: bestEpoch, epochs, seconds, metrics } = report;
      onEvent({ type: "fold", fold: fold + 1, folds: folds.length, bestEpoch, epochs, seconds, metrics });
      return { outcome, report };
    },
    config.jobs,
  );
  const outcomes = results.map(({ outcome }) => outcome);
  const crossValidation = summariseFolds(
    own,
    outcomes,
    results.map(({ report }) => report),
  );
  const { summary, pooled, users } = crossValidation;
  onEvent({ type: "cross-validation", summary, pooled, users });
  const final = candidate.fit.weights;
  const also = candidate.selection === null ? undefined : alsoLearned(run, candidate.selection);
  return {
    ...{ data: own, config: candidateConfig(champion.config, config), crossValidation, outcomes, final },
    ...{ scaler: final.scaler, createdAt, ...(also !== undefined && { also }) },
  };
}

/** The champion's options, with what the retraining has of its own; columns only where they are those of `files`. */
function candidateConfig(trained: TrainConfig, config: RetrainConfig): TrainConfig {
  const { out, seed, jobs, tracking, experiment, register, alias, label, group, recording, time, channels } = config;
  const columns = config.labelled === undefined ? {} : { label, group, recording, time, channels };
  const named = Object.fromEntries(Object.entries(columns).filter(([, name]) => name !== undefined));
  return {
    ...{ ...trained, ...named, out, seed, jobs, experiment, files: config.labelled ?? trained.files, split: "group" },
    ...(tracking !== undefined && { tracking }),
    ...(register !== undefined && { register }),
    ...(alias !== undefined && { alias }),
  };
}

/** Rows of some people; what names the data (files, fingerprint) stays that of all. */
function recordingsOf(recordings: Recordings, people: ReadonlySet<string>): Recordings {
  const kept = recordings.stretches.filter(({ user }) => people.has(user));
  const rows = kept.reduce((sum, { start, end }) => sum + end - start, 0);
  let at = 0;
  const stretches = kept.map((stretch) => {
    const start = at;
    at += stretch.end - stretch.start;
    return { ...stretch, start, end: at };
  });
  const gather = <T extends Float32Array | Float64Array>(column: T, into: T): T => {
    for (const [i, { start, end }] of kept.entries()) into.set(column.subarray(start, end), stretches[i]!.start);
    return into;
  };
  return {
    ...recordings,
    values: recordings.values.map((column) => gather(column, new Float32Array(rows))),
    time: gather(recordings.time, new Float64Array(rows)),
    stretches,
  };
}

/** The samples under the chosen windows, each once, with the pseudo-label of a window that covers it. */
function alsoLearned(run: Run, selection: Selection): AlsoLearned {
  const { windows, rows } = labelledWith(run.data, new Int32Array(), selection);
  const chosen = pickWindows(windows, rows);
  return { columns: columnsUnder(chosen), classOf: gatherUnder(chosen, classOfSamples(chosen, chosen.labels)) };
}

/** On the unlabelled windows, of both networks; probabilities after temperature scaling, as each exported network gives them. */
function proxiesOf(
  run: Run,
  candidate: Candidate,
  trained: TrainedModel,
  built: BuiltModel,
): NonNullable<RetrainReport["proxies"]> {
  const { data, champion } = run;
  const windows = pickWindows(data.windows, data.unlabelledRows);
  const nClasses = windows.classes.length;
  const following = follows(windows, champion.config.overlap);
  const columns = columnsUnder(windows);
  const of = (probabilities: Float32Array, model: ReturnType<typeof driftModel>): Proxies => {
    const signals = modelSignals(probabilities, nClasses, following);
    const summarizer = new Summarizer(gridsOf(model.baseline));
    const classOf = gatherUnder(windows, classOfSamples(windows, argmaxRows(probabilities, nClasses)));
    const current = summarizeByClass(summarizer, columns, classOf, nClasses);
    const statistics = Object.values(batchStatistics(model.byClass, current, model.baseline));
    return {
      mean_confidence: meanConfidence(signals),
      mean_entropy: signals.entropy.millionths / 1e6 / signals.windows,
      flip_rate: flipRate(signals),
      drift: Math.max(...statistics.map(({ ks }) => ks)),
    };
  };
  const scaled = applyTemperature(candidate.fit.unlabelled, nClasses, trained.crossValidation.temperature);
  const drift = driftBaselineSchema.parse(JSON.parse(JSON.stringify(built.baseline.drift)));
  return { champion: of(data.championOnUnlabelled, champion.model), candidate: of(scaled, driftModel(drift)) };
}

/** By channel the samples under the windows, each once. */
function columnsUnder(windows: WindowSet): Record<string, Float32Array> {
  const columns = Object.entries(sampleColumns(windows));
  return Object.fromEntries(columns.map(([name, column]) => [name, gatherUnder(windows, column)]));
}

function gatherUnder<T extends Float32Array | Int32Array>(windows: WindowSet, column: T): T {
  const ranges = coveredRanges(windows, Int32Array.from(windows.starts.keys()));
  const gathered = column.slice() as T;
  let at = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    const part = column.subarray(ranges[i]!, ranges[i + 1]!);
    gathered.set(part, at);
    at += part.length;
  }
  return gathered.subarray(0, at) as T;
}
