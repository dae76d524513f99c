// `tidemark retrain`: takes unlabelled recordings and produces a candidate, or a rejection with its reasons. The stages are
// listed in order. A candidate is cross-validated like any other model, with the winning pseudo-labels in each fold. The figures
// and the calibration in its folder are therefore computed from the data of held-out people.

import { Interrupted, UserError } from "../errors.ts";
import { Diverged } from "../learning/training/diverged.ts";
import type { FitName } from "../learning/training/fit-events.ts";
import { windowsForFitRunner } from "../learning/training/fit-runner.ts";
import { fitWorkerRunner } from "../learning/training/fit-worker.ts";
import { TimeLeft } from "../learning/training/time-left.ts";
import { windowsFingerprint } from "../learning/training/windows-fingerprint.ts";
import { explainWriteFailure } from "../learning/training/write-failure.ts";
import type { WatchedModel } from "../monitoring/streams/watched-model.ts";
import { recordedConfigOfResult, recordedConfigWithoutTracking } from "../options/recorded-options.ts";
import { type RetrainConfig, type RetrainOptions, resolveRetrainConfig } from "../options/resolve-config.ts";
import { Rng } from "../random.ts";
import { beginRetrainLog } from "../report/retrain-log.ts";
import { tellTracked } from "../report/tell-tracked.ts";
import { TrainingTracker, trackerServer } from "../report/training-tracker.ts";
import { type Reporter, reporterOf, teeReporter } from "../reporter.ts";
import { shellCommand, shellPath } from "../shell-words.ts";
import { modelFiles, retrainReportFile, trackingFile } from "../storage/model-folder.ts";
import { checkReplaceableDirectory } from "../storage/replace-directory.ts";
import { openStaging, shownStaging } from "../storage/staging.ts";
import { expectedCalibrationSeconds } from "./calibration-progress.ts";
import type { RetrainRun } from "./candidate.ts";
import type { RetrainResult } from "./judge-candidate.ts";
import { openModelHandle } from "./model-handle.ts";
import { type Promotion, promote } from "./models.ts";
import type { RetrainData } from "./prepare-retraining.ts";
import { readNetworkIdentity } from "./read-network.ts";
import { enterResumableRun, resumableCheckpoints } from "./resumable-run.ts";
import { resumeCommand } from "./resume-command.ts";
import type { TrainRunOptions } from "./train.ts";

export type { StopReason } from "../learning/training/curriculum.ts";
export type { CycleReport, PseudoLabelTruth } from "../learning/training/cycle-report.ts";
export type { GateRule, HoldoutComparison, PairedPerson, Proxies } from "../learning/training/promotion-gate.ts";
export type { RetrainReport } from "../learning/training/retrain-report.ts";

/**
 * Trains on unlabelled recordings by curriculum labelling or AdaBN. Writes a model folder if the candidate passes the gate: it
 * must be better than the champion on the holdout and not worse on the unlabelled windows. On the holdout, both models are
 * measured with networks that were not trained on its people; if that is impossible for the champion, a warning says so. The
 * same data, options and seed produce the same files, even if the run was interrupted and resumed.
 *
 * @param options the same as on the command line; `files`, `model` and `out` are required
 * @throws UserError if an option is invalid, the recordings do not fit the champion, or there are too few labelled people
 * @throws Interrupted if `run.signal` is aborted; its advice is the command that resumes the run
 */
export async function retrain(options: RetrainOptions, run: TrainRunOptions = {}): Promise<RetrainResult> {
  const started = performance.now();
  // Loaded when a retraining begins: many programs that import the package never retrain.
  const [{ prepareRetraining }, { judgeCandidate }] = await Promise.all([
    import("./prepare-retraining.ts"),
    import("./judge-candidate.ts"),
  ]);
  const config = resolveRetrainConfig(options);
  const reporter = reporterOf(run.reporter);
  const now = run.now ?? (() => new Date());
  const server = trackerServer(config.tracking, reporter);
  const model = await openModelHandle(config.model);
  const champion = model.watched;
  const refused = refusedCandidateDirectory(config.out);
  await checkReplaceableDirectory(refused, [modelFiles.report, retrainReportFile, trackingFile]);
  const staging = await openStaging(config.out, { resume: config.resume }).catch((error: unknown) => {
    throw explainWriteFailure(error, config.out);
  });
  let tracker: TrainingTracker | undefined;
  let data: RetrainData | undefined;
  try {
    data = await prepareRetraining(config, model, reporter).finally(() => model.close());
    await enterResumableRun(
      staging,
      {
        ...recordedConfigOfResult({ ...config, model: versionToRetrain(champion) }),
        ...(config.network !== undefined && { network: readNetworkIdentity(data.network) }),
      },
      retrainFingerprint(data),
    );
    tracker = await openRetrainTracker(config, { champion, data, server, staging }, { reporter, now });
    const retraining = retrainRun(config, { champion, data, staging }, teeReporter(reporter, tracker), run.signal);
    const result = await judgeCandidate(retraining, { tracker, now, started, refused });
    await staging.discard();
    const seconds = (performance.now() - started) / 1000;
    const { adopted, out, report } = result;
    const tracked = await tracker.finish(out);
    // From this point on, an error does not mean that the run has failed.
    tracker = undefined;
    const promoted = adopted && config.promote ? await promoteRetrained(out) : null;
    const named = promoted === null ? null : `${promoted.champion} is the champion of ${promoted.line}`;
    reporter.event({ type: "retrained", adopted, out, report, seconds, promoted: named });
    tellTracked(tracked, server, reporter, out);
    return { ...result, promoted: promoted?.line ?? null };
  } catch (error) {
    const outcome = await tracker?.stop(error instanceof Interrupted ? "KILLED" : "FAILED");
    if (outcome !== undefined) tellTracked(outcome, server, reporter, error instanceof Diverged ? null : config.out);
    if (error instanceof Diverged) await staging.discard();
    if (!(error instanceof Interrupted)) throw explainWriteFailure(error, config.out);
    const command = resumeCommand("retrain", config);
    reporter.event({ type: "checkpoint", path: staging.directory, resumeCommand: command });
    throw new Interrupted(
      `stopped; all completed work is kept in ${shownStaging(staging.out)}`,
      `Continue with: ${command}`,
    );
  } finally {
    data?.labelled.close();
    await staging.release();
  }
}

interface OpenRetraining {
  readonly champion: WatchedModel;
  readonly data: RetrainData;
  readonly staging: RetrainRun["staging"];
}

function openRetrainTracker(
  config: RetrainConfig,
  { champion, data, server, staging }: OpenRetraining & { readonly server: ReturnType<typeof trackerServer> },
  { reporter, now }: { readonly reporter: Reporter; readonly now: () => Date },
): Promise<TrainingTracker> {
  const { unlabelled, windows } = data;
  const recordings = { ...unlabelled, channels: windows.channels };
  return TrainingTracker.open(
    (start) =>
      beginRetrainLog(
        { recordings, rows: unlabelled.quality.rows.kept },
        { out: config.out, experiment: config.experiment, params: recordedConfigWithoutTracking(config) },
        champion.folder.manifest.model_version,
        start,
      ),
    { ...config, server },
    staging,
    { reporter, now: () => now().getTime() },
  );
}

function retrainRun(
  config: RetrainConfig,
  { champion, data, staging }: OpenRetraining,
  reporter: RetrainRun["reporter"],
  signal: AbortSignal = new AbortController().signal,
): RetrainRun {
  const fingerprint = windowsFingerprint(data.windows);
  return {
    config,
    champion,
    data,
    staging,
    windowsFingerprint: fingerprint,
    reporter,
    runner: fitWorkerRunner(windowsForFitRunner(fingerprint, data.windows)),
    checkpoints: resumableCheckpoints(staging),
    signal,
    timeLeft: new TimeLeft({
      fits: retrainFitNames(config, data.trained.folds),
      maxEpochs: data.schedule.learningRates.length,
      patience: null,
      refits: false,
      hasOtherPart: data.schedule.penalty !== null,
      jobs: 1,
      secondsAfterFits: expectedCalibrationSeconds(data.windows, config.jobs),
    }),
    rng: Rng.fromSeed(config.seed).split("retrain"),
  };
}

/** Promotes the model. If the promotion fails, the error message says that the model itself is complete. */
async function promoteRetrained(out: string): Promise<Promotion> {
  try {
    return await promote(out);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`${out} was adopted and written, but not promoted: ${reason}`, {
      advice: `Fix the cause, then run: ${shellCommand("tidemark", "models", "promote", shellPath(out))}`,
      cause,
    });
  }
}

function retrainFitNames(config: Pick<RetrainConfig, "adapt" | "cycles">, folds: number): FitName[] {
  const cycles = config.adapt === "adabn" ? 1 : config.cycles + 1;
  return [
    ...Array.from({ length: cycles }, (_, cycle): FitName => `cycle-${cycle}`),
    ...Array.from({ length: folds }, (_, fold): FitName => `fold-${fold + 1}`),
  ];
}

/**
 * Identifies the champion. The folder name alone does not identify the champion, because another champion may get the same name
 * in the meantime.
 */
function versionToRetrain({ folder }: WatchedModel): string {
  return folder.manifest.model_version;
}

/** Identifies the data of a run; a resumed run must have the same data. */
function retrainFingerprint({ labelled, unlabelled }: RetrainData): string {
  return `${labelled.fingerprint} ${unlabelled.fingerprint}`;
}

function refusedCandidateDirectory(out: string): string {
  return `${out.replace(/[\\/]+$/, "")}.refused`;
}
