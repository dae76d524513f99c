import type { Command } from "commander";
import { counted } from "../../counted.ts";
import { durationText } from "../../duration-text.ts";
import { snakeKeys } from "../../letter-case.ts";
import { naturalOrder } from "../../natural-order.ts";
import { predictOptions } from "../../options/batch-options.ts";
import { resolvePredictConfig } from "../../options/resolve-config.ts";
import { percent } from "../../percent.ts";
import type { PredictResult } from "../../pipelines/predict.ts";
import { defineCommand } from "./define-command.ts";
import type { Closing } from "./help-closing.ts";
import { fixedNumberText, wholeNumberText } from "./number-text.ts";
import type { Block } from "./terminal.ts";

const closing: Closing = {
  examples: [
    'tidemark predict "batch/*.parquet" --model models/walk --out predictions.csv',
    "tidemark predict day.csv --model models/walk --out day.parquet \\\n    --smooth 60 --unknown 0.1",
  ],
  notes: [
    "The table has one row per window: user, recording, start_s, end_s, label, confidence (the label's " +
      "probability), entropy (nats), margin (over the second most probable label) and p_<class>, the probability of " +
      "each class. Labels in the files are ignored.",
    "--smooth treats the activity as a Markov chain that stays in one class for the given time on average, and " +
      "labels each window using all windows before and after it. --unknown 0.1 finds the confidence below which 10 % " +
      "of the cross-validated windows lie, after the same smoothing. These windows were predicted by networks that " +
      "were not trained on them.",
  ],
  exitCodes: [
    [0, "done"],
    [1, "a defect in Tidemark"],
    [2, "wrong usage, unsuitable data, or a model with modified files"],
  ],
};

/** `tidemark predict` */
export function predictCommand(): Command {
  return defineCommand({
    name: "predict",
    summary: "label every window of recordings with a trained model",
    description: "Labels every window of recordings with a trained model.",
    options: predictOptions,
    resolve: resolvePredictConfig,
    json: "the summary as one line of JSON",
    closing,
    run: async (config, { terminal, json }) => {
      const { predict } = await import("../../pipelines/predict.ts");
      const result = await predict(config, { reporter: { warn: terminal.warn } });
      terminal.detail(
        `read       ${counted(result.windows, "window")} of ${config.files.join(", ")}; model ${config.model}`,
      );
      if (json) return terminal.json(snakeKeys(result));
      terminal.print(...predictCommandBlocks(result));
    },
  });
}

/** Maximum number of people in the minutes table. */
const shownPeople = 20;

function predictCommandBlocks(result: PredictResult): Block[] {
  const { classes, windows, minutes, unknown, smooth } = result;
  const people = Object.entries(minutes);
  const names = Object.keys(classes).sort(naturalOrder);
  const total = (name: string): number => people.reduce((sum, [, own]) => sum + (own[name] ?? 0), 0);
  const rows = names.map((name) => [
    name,
    wholeNumberText(classes[name]!),
    fixedNumberText(classes[name]! / windows),
    fixedNumberText(total(name), 1),
  ]);
  const byPerson = people.slice(0, shownPeople).map(([person, own]) => [
    person,
    ...names.map((name) => fixedNumberText(own[name] ?? 0, 1)),
    fixedNumberText(
      Object.values(own).reduce((sum, n) => sum + n, 0),
      1,
    ),
  ]);
  return [
    { headers: ["label", "windows", "share", "minutes"], rows },
    "",
    "Minutes per person",
    { headers: ["person", ...names, "all"], rows: byPerson },
    ...(people.length <= shownPeople ? [] : [`and ${people.length - shownPeople} more; --json lists all`]),
    "",
    ...(smooth === null ? [] : [`smoothed   over time, for activities of ${durationText(smooth)} on average`]),
    ...(unknown === null ? [] : [predictUnknownLine(unknown)]),
    `${counted(windows, "window")} labelled in ${durationText(result.seconds)}, mean confidence ` +
      fixedNumberText(result.meanConfidence),
    result.out,
  ];
}

function predictUnknownLine(unknown: NonNullable<PredictResult["unknown"]>): string {
  const { confidence, wrong_removed: wrong, right_removed: right, accuracy_before, accuracy_after } = unknown;
  return (
    `unknown    below a confidence of ${fixedNumberText(confidence)}; in cross-validation, that removes ` +
    `${wrong === null ? "no error, because there was none," : `${percent(wrong)} of the errors`} and ` +
    `${percent(right ?? 0)} of the correct labels (accuracy ${fixedNumberText(accuracy_before)}, then ${fixedNumberText(accuracy_after)})`
  );
}
