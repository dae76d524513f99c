import type { Command } from "commander";
import { exitCodes } from "../../errors.ts";
import { modelOptions } from "../../folder-options.ts";
import type { ScoreStatistic } from "../../pipelines/baseline.ts";
import { resolveOptions } from "../../resolve-options.ts";
import type { Closing } from "./closing.ts";
import { rehearsedDayLines } from "./day-text.ts";
import { defineCommand, defineGroup } from "./define-command.ts";
import { countText, fixedText } from "./number-text.ts";

const closing: Closing = {
  examples: ["tidemark baseline show models/walk", "tidemark baseline validate models/walk"],
  notes: ["The baseline is frozen: train or retrain writes it once with the model, and nothing changes it."],
  exitCodes: [
    [0, "shown, or valid"],
    [1, "a defect in Tidemark"],
    [2, "wrong usage, or faults were found; they are listed one per line"],
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
    summary: "show statistics by channel, and how reliable the calibration is",
    options: modelOptions,
    resolve,
    json: "baseline_stats.json as one line",
    run: async ({ model }, { terminal, json }) => {
      const { showBaseline, storedBaselineStats } = await import("../../pipelines/baseline.ts");
      const { baseline, drift, day } = await showBaseline(model);
      terminal.detail(`read       the baseline of ${baseline.model_version} in ${model}, and the hashes of its folder`);
      if (json) return terminal.json(storedBaselineStats(baseline));
      const channels = Object.entries(baseline.per_channel).map(([name, own]) => [
        name,
        ...[own.mean, own.std, own.min, own.percentile_5, own.percentile_50, own.percentile_95, own.max].map((value) =>
          fixedText(value),
        ),
      ]);
      const rungs = Object.entries(drift.calibration.kinds).flatMap(([kind, own]) =>
        own.rungs.map(({ seconds, scores, false_alarms }) => [
          kind.replace("_", " "),
          own.apart,
          statisticNames[own.statistic],
          fixedText(seconds, 0),
          countText(scores.flat().length),
          false_alarms === null ? "-" : fixedText(false_alarms.p_at_most_5_percent),
        ]),
      );
      terminal.print(
        `baseline   ${baseline.model_version}, frozen ${baseline.created_at}`,
        `           ${countText(baseline.n_samples)} rows from ${baseline.source_file}`,
        ...rehearsedDayLines(day),
        "",
        { headers: ["channel", "mean", "std", "min", "5 %", "50 %", "95 %", "max"], rows: channels },
        "",
        ...(rungs.length === 0
          ? ["no calibration, because there are too few recordings: check uses the KS test or constants instead"]
          : [
              "calibration; the last column is the share of held-out people's drift-free batches that had p <= .05",
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
    json: "faults as one line of JSON",
    run: async ({ model }, { terminal, json }) => {
      const { validateBaseline } = await import("../../pipelines/baseline.ts");
      const faults = await validateBaseline(model);
      terminal.detail(`read       the baseline in ${model}`);
      if (json) terminal.json({ valid: faults.length === 0, faults });
      else terminal.print(...(faults.length === 0 ? ["valid"] : faults));
      if (faults.length > 0) process.exitCode = exitCodes.usage;
    },
  });
  return defineGroup({
    name: "baseline",
    summary: "show or validate the frozen baseline of a model",
    description: "Shows what the model's training data looked like, or checks that the baseline is still valid.",
    commands: [show, validate],
    closing,
  });
}
