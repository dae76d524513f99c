import type { Command } from "commander";
import { counted } from "../../counted.ts";
import { durationText } from "../../duration-text.ts";
import { exitCodes } from "../../errors.ts";
import { snakeKeys } from "../../letter-case.ts";
import { listedSourceFiles } from "../../listed-names.ts";
import { modelOptions, recalibrateOptions } from "../../options/folder-options.ts";
import { resolveRecalibrateConfig } from "../../options/resolve-config.ts";
import { resolveOptions } from "../../options/resolve-options.ts";
import type { RehearsedDay, ScoreStatistic } from "../../pipelines/baseline.ts";
import type { Recalibration } from "../../pipelines/recalibrate-baseline.ts";
import { dayLines, dayText } from "./day-text.ts";
import { defineCommand, defineGroup } from "./define-command.ts";
import type { Closing } from "./help-closing.ts";
import { fixedNumberText, wholeNumberText } from "./number-text.ts";
import { raisedLimitsText } from "./raised-limits-text.ts";
import { runLengthText } from "./run-length-text.ts";
import { trainRenderer } from "./train-renderer.ts";

const closing: Closing = {
  examples: [
    "tidemark baseline show models/walk",
    "tidemark baseline validate models/walk",
    "tidemark baseline recalibrate models/walk --day 20-120",
  ],
  notes: [
    "The baseline is frozen: train or retrain writes it once, together with the model. Only recalibrate changes it, " +
      "and only the part that describes batches without drift.",
  ],
  exitCodes: [
    [0, "shown, valid or recalibrated"],
    [1, "a defect in Tidemark"],
    [2, "wrong usage, or the baseline has faults, which are listed one per line"],
  ],
};

const statisticNames: Record<ScoreStatistic, string> = {
  ks: "whole",
  ksWithinClasses: "within classes",
  ksByClass: "by class",
};

/** `tidemark baseline` */
export function baselineCommand(): Command {
  const resolve = (given: unknown): { model: string } => resolveOptions(modelOptions, given);
  const show = defineCommand({
    name: "show",
    summary: "show statistics per channel, and the reliability of the calibration",
    options: modelOptions,
    resolve,
    json: "baseline_stats.json as one line",
    run: async ({ model }, { terminal, json }) => {
      const { showBaseline, storedBaselineStats } = await import("../../pipelines/baseline.ts");
      const { baseline, drift, day } = await showBaseline(model);
      terminal.detail(
        `read       the baseline of ${baseline.model_version} in ${model}, and the file hashes in its folder`,
      );
      if (json) return terminal.json(storedBaselineStats(baseline));
      const channels = Object.entries(baseline.per_channel).map(([name, own]) => [
        name,
        ...[own.mean, own.std, own.min, own.percentile_5, own.percentile_50, own.percentile_95, own.max].map((value) =>
          fixedNumberText(value),
        ),
      ]);
      const rungs = Object.entries(drift.calibration.kinds).flatMap(([kind, own]) =>
        own.rungs.map(({ seconds, scores, false_alarms }) => [
          kind.replace("_", " "),
          own.apart,
          statisticNames[own.statistic],
          fixedNumberText(seconds, 0),
          wholeNumberText(scores.flat().length),
          false_alarms === null ? "-" : fixedNumberText(false_alarms.p_at_most_5_percent),
        ]),
      );
      terminal.print(
        `baseline   ${baseline.model_version}, frozen ${baseline.created_at}`,
        `           ${wholeNumberText(baseline.n_samples)} rows from ${listedSourceFiles(baseline.source_file)}`,
        ...dayLines(day),
        ...runLengthText(drift.calibration.run_length ?? null),
        ...raisedLimitsText(drift.calibration.largest_changes ?? null),
        "",
        { headers: ["channel", "mean", "std", "min", "5 %", "50 %", "95 %", "max"], rows: channels },
        "",
        ...(rungs.length === 0
          ? ["no calibration, because there are too few recordings; check uses the KS test or fixed thresholds instead"]
          : [
              "calibration; the last column is the share of drift-free batches from held-out people with p <= .05",
              { headers: ["compared with", "separated by", "KS", "seconds", "batches", "alarms at 5 %"], rows: rungs },
            ]),
      );
    },
  });
  const validate = defineCommand({
    name: "validate",
    summary: "list the baseline's faults; exit code 2 if there are any",
    options: modelOptions,
    resolve,
    json: "the faults as one line of JSON",
    run: async ({ model }, { terminal, json }) => {
      const { validateBaseline } = await import("../../pipelines/baseline.ts");
      const faults = await validateBaseline(model);
      terminal.detail(`read       the baseline in ${model}`);
      if (json) terminal.json({ valid: faults.length === 0, faults });
      else terminal.print(...(faults.length === 0 ? ["valid"] : faults));
      if (faults.length > 0) process.exitCode = exitCodes.usage;
    },
  });
  const recalibrate = defineCommand({
    name: "recalibrate",
    summary: "calibrate a model's drift checks again, without training; may take minutes",
    description:
      "Rehearses days of the people in the training data, as train does after its last epoch, and replaces the " +
      "calibration. Apart from it and the manifest, everything in the folder stays as it is, so streams and their " +
      "references remain valid.",
    options: recalibrateOptions,
    resolve: resolveRecalibrateConfig,
    json: "what was rehearsed, as one line of JSON",
    run: async (config, { terminal, json }) => {
      const { recalibrateBaseline } = await import("../../pipelines/recalibrate-baseline.ts");
      const { loudness } = terminal;
      const reporter = trainRenderer({ json: false, loudness, output: process.stderr, errors: process.stderr });
      const done = await recalibrateBaseline(config, { reporter }).finally(reporter.close);
      const people = counted(done.people, "person", "people");
      terminal.detail(`read       the recordings of ${people}, and the out-of-fold predictions in ${done.model}`);
      if (json) terminal.json(snakeKeys(done));
      else terminal.print(...baselineRecalibrationLines(done));
    },
  });
  return defineGroup({
    name: "baseline",
    summary: "show, validate or recalibrate the frozen baseline of a model",
    description:
      "Shows what the model's training data looked like, checks that the baseline is still valid, or recalibrates it.",
    commands: [show, validate, recalibrate],
    closing,
  });
}

function baselineRecalibrationLines(done: Recalibration): string[] {
  const { modelVersion, people, day, before, runLength, largestChanges, changed, seconds } = done;
  return [
    `recalibrated ${modelVersion} in ${durationText(seconds)}${changed ? "" : "; nothing has changed"}`,
    `rehearsed    ${counted(people, "person", "people")}: ${baselineDayText(day)}`,
    `before       ${baselineDayText(before)}`,
    ...runLengthText(runLength),
    ...raisedLimitsText(largestChanges),
    "",
    "Streams keep their references, accumulated evidence and alarms. Evidence accumulated so far was computed with " +
      "the previous calibration. If " +
      "you no longer trust the alarm of a stream, restart the stream with tidemark reference reset --model MODEL " +
      "--stream NAME. " +
      "Copies of the model, such as a version registered with MLflow, keep the previous calibration.",
  ];
}

/** @param day null if an earlier version of Tidemark made the calibration, or if there are too few recordings */
function baselineDayText(day: RehearsedDay | null): string {
  return day === null
    ? "unknown days (calibrated by an earlier version, or too few recordings)"
    : `days ${dayText(day)}`;
}
