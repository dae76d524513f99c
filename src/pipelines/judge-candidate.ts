// Trains the candidate of a retraining run and submits it to the gate. A candidate that passes becomes a model folder; for a
// rejected candidate, only the report is written.

import { basename, dirname, resolve } from "node:path";
import {
  compareAtGate,
  type GateRule,
  holdoutPromotionRules,
  proxyPromotionRules,
} from "../learning/training/promotion-gate.ts";
import { type RetrainReport, stopPhrases } from "../learning/training/retrain-report.ts";
import { snakeKeys } from "../letter-case.ts";
import type { WatchedModel } from "../monitoring/streams/watched-model.ts";
import { recordedConfigWithoutTracking } from "../options/recorded-options.ts";
import type { RetrainConfig } from "../options/resolve-config.ts";
import { fitHistoryRows } from "../report/fit-history.ts";
import { endRetrainLog } from "../report/retrain-log.ts";
import { endTrainLog } from "../report/train-log.ts";
import type { TrainingTracker } from "../report/training-tracker.ts";
import { jsonFileText } from "../storage/json-file.ts";
import { modelFiles, retrainReportFile, trackingFile } from "../storage/model-folder.ts";
import { readRegistry, registryLineOfModel } from "../storage/registry.ts";
import { replaceDirectory } from "../storage/replace-directory.ts";
import type { Staging } from "../storage/staging.ts";
import { type BuiltModel, buildModel } from "./build-model.ts";
import { candidateFromAdaptation, candidateFromCurriculum, type RetrainRun } from "./candidate.ts";
import { crossFit } from "./cross-fit.ts";
import { cycleEpochs } from "./cycle-plan.ts";
import { gateProxies } from "./gate-proxies.ts";
import { retrainingPeople } from "./prepare-retraining.ts";
import type { TrainedModel } from "./trained-model.ts";
import { writeModel } from "./write-model.ts";

/** The result of `retrain`. */
export interface RetrainResult {
  /** Whether the candidate passed the gate. If false, no model folder was written. */
  readonly adopted: boolean;
  /** The model folder, or the folder with the report of the rejected candidate. */
  readonly out: string;
  /** Path of report.html. */
  readonly report: string;
  /** The content of retrain_report.json. */
  readonly figures: RetrainReport;
  /** The line of which the new model is now the champion; null if nothing was promoted. */
  readonly promoted: string | null;
}

/** Trains the candidate of a retraining run, judges it, and writes the model folder or the report. */
export async function judgeCandidate(
  run: RetrainRun,
  of: {
    readonly tracker: TrainingTracker;
    readonly now: () => Date;
    readonly started: number;
    readonly refused: string;
  },
): Promise<Omit<RetrainResult, "promoted">> {
  const { config, champion, data, staging, reporter } = run;
  const { tracker, now, started, refused } = of;
  const { windows, holdoutRows, championOnHoldout } = data;
  const { classes, users, labels, groups } = windows;
  reportDataOfJudgedCandidate(run);
  const candidate = config.adapt === "adabn" ? await candidateFromAdaptation(run) : await candidateFromCurriculum(run);
  const pick = (index: Int32Array): Int32Array => holdoutRows.map((row) => index[row]!);
  const sides = { champion: championOnHoldout, candidate: candidate.fit.holdout };
  const { cycles } = candidate;
  const comparison = compareAtGate(pick(labels), pick(groups), users, classes.length, sides, cycles.length);
  const rules: GateRule[] = holdoutPromotionRules(candidate.winner, comparison);
  const passedBy = (all: readonly GateRule[]): boolean => all.every(({ passed }) => passed);
  let proxies: RetrainReport["proxies"] = null;
  let trained: TrainedModel | null = null;
  let built: BuiltModel | null = null;
  const createdAt = now();
  if (passedBy(rules)) {
    trained = await crossFit(run, candidate, createdAt);
    built = await buildModel(trained, reporter, run.signal);
    proxies = gateProxies(run, candidate, trained, built);
    rules.push(...proxyPromotionRules(proxies.champion, proxies.candidate));
  }
  const adopted = passedBy(rules);
  reporter.event({
    type: "gate",
    winner: candidate.winner,
    stopped: candidate.stopped,
    because: stopPhrases[candidate.stopped],
    rules,
    passed: adopted,
  });
  const report: RetrainReport = {
    schema_version: 1,
    created_at: createdAt.toISOString(),
    champion: champion.folder.manifest.model_version,
    candidate: adopted ? built!.modelVersion : null,
    config: configOfJudgedCandidate(config),
    classes: [...classes],
    labelled: { people: retrainingPeople(windows, data.trainRows), windows: data.trainRows.length },
    holdout: { people: retrainingPeople(windows, holdoutRows), windows: holdoutRows.length },
    unlabelled: {
      files: [...data.unlabelled.files],
      fingerprint: data.unlabelled.fingerprint,
      windows: data.unlabelledRows.length,
    },
    cycles: [...candidate.cycles],
    winner: candidate.winner,
    stopped: candidate.stopped,
    comparison,
    proxies,
    gate: { passed: adopted, rules },
    seconds: (performance.now() - started) / 1000,
    warnings: [...data.warnings],
  };
  const history = candidate.fits.flatMap(({ weights }, cycle) => fitHistoryRows(`cycle-${cycle}`, weights));
  if (!adopted)
    return writeRefusedCandidate(refused, report, staging, (files) =>
      tracker.seal(history, (at) => endRetrainLog(report, { files, at })),
    );
  const all = { ...built!, history: [...history, ...built!.history] };
  const { register, alias } = config;
  const { retrainSections } = await import("../report/retrain-html.ts");
  const written = await writeModel(trained!, all, {
    staging,
    // The final fit is the winning cycle's fit, which already has its own run on the tracking server.
    seal: (cvReport, rows, made) =>
      tracker.seal(
        rows.filter(({ fit }) => fit !== "final"),
        (at) => [
          ...endRetrainLog(report, { files: [], at }),
          ...endTrainLog(cvReport, { ...made, at, register, alias }),
        ],
      ),
    extras: {
      files: { [retrainReportFile]: jsonFileText(report) },
      sections: retrainSections(report),
      retrainedFrom: {
        model_version: report.champion,
        model: champion.folder.directory,
        line: await lineOfJudgedCandidate(champion),
        files: report.unlabelled.files,
        fingerprint: report.unlabelled.fingerprint,
        pseudo_labelled: candidate.selection?.rows.length ?? 0,
        holdout: report.holdout.people,
      },
    },
  });
  return { adopted, out: config.out, report: written.report, figures: report };
}

/** The options that affect the result. */
function configOfJudgedCandidate(config: RetrainConfig): Record<string, unknown> {
  const { jobs: _, resume: _r, ...own } = recordedConfigWithoutTracking(config);
  return snakeKeys(own);
}

/** The name shared by all versions of a line: the name of the first version's folder. */
async function lineOfJudgedCandidate({ folder }: WatchedModel): Promise<string> {
  const directory = resolve(folder.directory);
  return registryLineOfModel(
    await readRegistry(dirname(directory)),
    basename(directory),
    folder.manifest.retrained_from?.line,
  );
}

/** Writes the report on a rejected candidate to the folder `out`. */
async function writeRefusedCandidate(
  out: string,
  report: RetrainReport,
  staging: Staging,
  seal: (files: readonly string[]) => Promise<string>,
): Promise<Omit<RetrainResult, "promoted">> {
  const { retrainPage } = await import("../report/retrain-html.ts");
  const files = { [retrainReportFile]: jsonFileText(report), [modelFiles.report]: retrainPage(report) };
  await replaceDirectory(out, { ...files, [trackingFile]: await seal(Object.keys(files)) }, staging.directory);
  return { adopted: false, out, report: `${out}/${modelFiles.report}`, figures: report };
}

function reportDataOfJudgedCandidate({ config, data, reporter }: RetrainRun): void {
  const { windows, trainRows, holdoutRows, unlabelledRows } = data;
  const of = (rows: Int32Array) => ({ people: retrainingPeople(windows, rows), windows: rows.length });
  const { people, windows: count } = of(unlabelledRows);
  const { learningRates, penalty } = data.schedule;
  reporter.event({
    type: "retrain-data",
    files: [...new Set([...data.labelled.files, ...data.unlabelled.files])],
    labelled: of(trainRows),
    holdout: of(holdoutRows),
    filesOfModel: config.labelled === undefined ? data.labelled.files : [],
    unlabelled: { people: people.length, windows: count, rows: data.unlabelled.quality.rows.kept },
    epochs: cycleEpochs(data.schedule),
    ...(penalty !== null && learningRates.length === 0 && { penalty }),
    warnings: data.warnings,
  });
}
