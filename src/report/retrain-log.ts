// The log of a retraining for a tracking server: a parent run with its configuration, the gate and the outcome, and nested
// runs for each cycle and, if the candidate passed, for each fold.

import type { RetrainReport } from "../learning/training/retrain-report.ts";
import type { TrackingEvent } from "../storage/tracking-event.ts";
import { beginTrackedRun, type LoggedData, type TrackedRun, type TrackerStart, trainRun } from "./train-log.ts";

/**
 * The parent run, containing everything known before the first cycle.
 * @param champion version of the champion
 */
export function beginRetrainLog(
  data: LoggedData,
  run: TrackedRun,
  champion: string,
  start: TrackerStart,
): TrackingEvent[] {
  return beginTrackedRun("tidemark retrain", { "tidemark.champion": champion }, data, run, start);
}

/** @param options.files the report's files, if there will be no model folder for them */
export function endRetrainLog(
  report: RetrainReport,
  { files, at }: { files: readonly string[]; at: number },
): TrackingEvent[] {
  const { comparison, gate, winner, stopped, proxies } = report;
  const rules = gate.rules.flatMap(({ name, value }) => (value === null ? [] : [[`gate/${name}`, value] as const]));
  const values = {
    adopted: Number(gate.passed),
    winner,
    candidate_macro_f1: comparison.candidate_macro_f1,
    champion_macro_f1: comparison.champion_macro_f1,
    ...(proxies !== null && { candidate_drift: proxies.candidate.drift, champion_drift: proxies.champion.drift }),
    ...Object.fromEntries(rules),
  };
  const failed = gate.rules.filter(({ passed }) => !passed).map(({ name }) => name);
  const verdict = gate.passed ? "adopted" : `not adopted: ${failed.join(", ")}`;
  const end: TrackingEvent[] = [
    { type: "metrics", run: trainRun, at, step: 0, values },
    { type: "tags", run: trainRun, tags: { "tidemark.verdict": verdict, "tidemark.stopped": stopped } },
  ];
  if (files.length === 0) return end;
  return [
    ...end,
    {
      type: "tags",
      run: trainRun,
      tags: { "mlflow.note.content": `**${verdict}**. The whole report is the artifact report.html.` },
    },
    ...files.map((file): TrackingEvent => ({ type: "artifact", run: trainRun, file, path: file })),
    { type: "status", run: trainRun, status: "FINISHED", at },
    { type: "complete", run: trainRun },
  ];
}
