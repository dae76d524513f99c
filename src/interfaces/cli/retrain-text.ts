// The text and tables for the events of a retraining run.

import { counted } from "../../counted.ts";
import { durationText } from "../../duration-text.ts";
import { listedNames } from "../../listed-names.ts";
import { percent } from "../../percent.ts";
import type { EventOf } from "../../pipelines/train-events.ts";
import { shellCommand, shellPath } from "../../shell-words.ts";
import { fixedNumberText } from "./number-text.ts";
import { recordingsPeopleText, recordingsWarningText } from "./recordings-text.ts";
import type { Block } from "./terminal.ts";

export function retrainDataText({
  labelled,
  holdout,
  filesOfModel,
  unlabelled,
  epochs,
  penalty,
  warnings,
}: EventOf<"retrain-data">): string[] {
  const of = (part: { people: readonly string[]; windows: number }): string =>
    `${counted(part.windows, "window")} of ${recordingsPeopleText(part.people)}`;
  return [
    ...recordingsWarningText(warnings),
    ...(filesOfModel.length === 0
      ? []
      : [`read       ${listedNames(filesOfModel, 3)}, listed in the model's manifest`]),
    `labelled   ${of(labelled)}`,
    `holdout    ${of(holdout)}`,
    `unlabelled ${counted(unlabelled.windows, "window")} of ${counted(unlabelled.people, "person", "people")}`,
    ...(penalty === undefined ? [`each fit   ${counted(epochs, "epoch")}`] : [`each fit   penalty ${penalty}`]),
    "",
  ];
}

export function retrainCycleText({ report: { cycle, selection, holdout, unlabelled } }: EventOf<"cycle">): string {
  const without = cycle === 0 ? "labelled windows only" : "statistics of the unlabelled windows";
  const selected = selection === null ? without : counted(selection.total, "pseudo-label");
  const truth =
    unlabelled.macro_f1 === null
      ? ""
      : `  macro-F1 on the unlabelled windows ${fixedNumberText(unlabelled.macro_f1)} (true labels)`;
  const flipped = unlabelled.flipped === null ? "" : `  labels flipped ${percent(unlabelled.flipped, { decimals: 1 })}`;
  return (
    `cycle ${cycle}  ${selected}  macro-F1 ${fixedNumberText(holdout.macro_f1)} on the holdout  confidence ` +
    `${fixedNumberText(unlabelled.mean_confidence)}${flipped}${truth}`
  );
}

export function retrainGateText({ winner, because, rules, passed }: EventOf<"gate">): Block[] {
  const rows = rules.map((rule) => [
    rule.passed ? "passed" : "FAILED",
    rule.name,
    retrainGateValueText(rule.value),
    retrainGateValueText(rule.limit),
    rule.about,
  ]);
  return [
    "",
    `gate: ${passed ? "passed" : "rejected"} (the winner is cycle ${winner}; the cycles ended because ${because})`,
    { headers: ["", "rule", "value", "limit", "requirement"], rows },
    "",
  ];
}

/** Whole numbers, such as cycle numbers, are printed without decimals. */
function retrainGateValueText(value: number | null): string {
  return value === null || !Number.isInteger(value) ? fixedNumberText(value) : String(value);
}

export function retrainedText({ adopted, out, report, seconds, promoted }: EventOf<"retrained">): string[] {
  return [
    ...(adopted ? [`model      ${out}`] : ["not adopted: no model was changed"]),
    `report     ${report}`,
    ...(promoted === null ? [] : [`promoted   ${promoted}`]),
    ...(adopted && promoted === null
      ? [`next       ${shellCommand("tidemark", "models", "promote", shellPath(out))}`]
      : []),
    `took       ${durationText(seconds)}`,
  ];
}
