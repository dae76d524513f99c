// The text and tables for the events of a training run, for the terminal and for pipes.

import { counted } from "../../counted.ts";
import { durationText } from "../../duration-text.ts";
import { gigabytes } from "../../gigabytes.ts";
import { entriesInNaturalOrder } from "../../natural-order.ts";
import { percent } from "../../percent.ts";
import type { FitName, TrainEvent, TrainSummary } from "../../pipelines/train.ts";
import type { EventOf } from "../../pipelines/train-events.ts";
import { penaltyOrUnchangedText } from "../../unchanged-penalty.ts";
import { comparedModelsJoinText } from "./compared-models-text.ts";
import { dayLines } from "./day-text.ts";
import { fineTuningText } from "./fine-tuning-text.ts";
import { metricTableByClass, metricTableByPerson, metricTableTitle, printedMetrics } from "./metric-tables.ts";
import { fixedNumberText, meanAndSdText, wholeNumberText } from "./number-text.ts";
import { raisedLimitsText } from "./raised-limits-text.ts";
import {
  recordingsDroppedText,
  recordingsLabelChangeText,
  recordingsPeopleText,
  recordingsReadText,
  recordingsTestSetText,
  recordingsUnlabelledText,
  recordingsWarningText,
  recordingsWindowText,
} from "./recordings-text.ts";
import { retrainCycleText, retrainDataText, retrainedText, retrainGateText } from "./retrain-text.ts";
import { runLengthText } from "./run-length-text.ts";
import type { Block, Loudness } from "./terminal.ts";

/** The lines to print for an event; empty if the event prints no permanent output. */
export function trainText(event: TrainEvent): readonly Block[] {
  switch (event.type) {
    case "data":
      return trainDataText(event);
    case "memory":
      return [`memory     about ${gigabytes(event.neededBytes)} of ${gigabytes(event.totalBytes)}`];
    case "split":
      return trainSplitText(event);
    case "resumed":
      return [`${trainFitText(event.fit)}  ${trainResumedText(event)}`];
    case "fold":
      return [trainFoldText(event)];
    case "cross-validation":
      return trainCrossValidationText(event);
    case "test-set":
      return trainTestSetText(event);
    case "fine-tuning":
      return fineTuningText(event.report);
    case "final":
      return [
        ...(event.choice === undefined ? [] : trainChoiceText(event.choice)),
        `final fit  ${trainFinalText(event)} in ${durationText(event.seconds)}`,
      ];
    case "done":
      return trainDoneText(event);
    case "retrain-data":
      return retrainDataText(event);
    case "cycle":
      return [retrainCycleText(event)];
    case "gate":
      return retrainGateText(event);
    case "retrained":
      return retrainedText(event);
    case "tracked":
      return trainTrackedText(event);
    case "batch":
    case "epoch":
    case "calibration":
    case "checkpoint":
      return [];
    default:
      return event satisfies never;
  }
}

/** Whether the event is printed even with --quiet. */
export function trainTextWhenQuiet({ type }: TrainEvent): boolean {
  return ["cross-validation", "fine-tuning", "test-set", "done", "gate", "retrained", "tracked"].includes(type);
}

/** The lines that --verbose adds to an event: the inputs, and the time since the run began. */
export function verboseTrainText(event: TrainEvent, seconds: number): string[] {
  switch (event.type) {
    case "batch":
    case "epoch":
    case "calibration":
      return [];
    case "checkpoint":
      return [`checkpoint ${event.path}`];
    case "data":
    case "retrain-data":
      return [`files      ${event.files.join(", ")}`, trainTimeText(event, seconds)];
    default:
      return [trainTimeText(event, seconds)];
  }
}

function trainTimeText({ type }: TrainEvent, seconds: number): string {
  return `time       ${durationText(seconds)} until ${type}`;
}

/** One line per epoch, with its fields always in the same order; --verbose adds a second line. */
export function trainTextOfEpoch(event: EventOf<"epoch">, loudness: Loudness): string[] {
  const { valLoss, valAccuracy, valMacroF1, secondsLeft } = event;
  const validated = valLoss !== null;
  const validation = validated
    ? `  val ${fixedNumberText(valLoss)}  F1 ${fixedNumberText(valMacroF1)}${event.best ? " best" : ""}`
    : "";
  const left = secondsLeft === null ? "" : `  ${durationText(secondsLeft)} left`;
  const accuracies = `accuracy ${fixedNumberText(event.accuracy)}${validated ? `  val_accuracy ${fixedNumberText(valAccuracy)}` : ""}`;
  const learningRate = event.learningRate === null ? "" : `lr ${event.learningRate}  `;
  return [
    `${trainFitText(event.fit)}  ${trainEpochText(event)}  loss ${fixedNumberText(event.loss)}${validation}${left}`,
    ...(loudness === "verbose"
      ? [`  ${accuracies}  ${learningRate}${Math.round(event.windowsPerSecond)} windows/s`]
      : []),
  ];
}

/**
 * Names the epoch: "epoch 3/100", "penalty 300 (3/5)" for a layer that is not trained in mini-batches, or "ensemble (46/106)".
 */
function trainEpochText({ epoch, epochs, penalty, mixture }: EventOf<"epoch">): string {
  if (mixture !== undefined) return `ensemble (${epoch}/${epochs})`;
  return penalty === undefined
    ? `epoch ${epoch}/${epochs}`
    : `penalty ${penaltyOrUnchangedText(penalty)} (${epoch}/${epochs})`;
}

/**
 * For example "auto chose average; mean log loss of held-out people: average 0.105, compact 0.217, minirocket 0.110" and
 * "average is lower than minirocket by 0.005, with a standard error of 0.004".
 */
function trainChoiceText({ chosen, losses, difference: { mean, error } }: TrainChoice): string[] {
  const tried = Object.entries(losses).map(([name, loss]) => `${name} ${fixedNumberText(loss)}`);
  const { average, ...alone } = losses;
  const [single] = Object.entries(alone).reduce((a, b) => (b[1] < a[1] ? b : a));
  const [lower, higher] = mean > 0 ? [single, "average"] : ["average", single];
  const chance = chosen === "average" && mean > 0 ? ", which chance could explain" : "";
  const spread = Number.isFinite(error) ? `, with a standard error of ${fixedNumberText(error)}` : "";
  return [
    `network    auto chose ${chosen}; mean log loss of held-out people: ${tried.join(", ")}`,
    `           ${lower} is lower than ${higher} by ${fixedNumberText(Math.abs(mean))}${spread}${chance}`,
  ];
}

type TrainChoice = NonNullable<EventOf<"final">["choice"]>;

/** For example "calibrating  50 %  12 s left". */
export function trainCalibrationText({ done, secondsLeft }: EventOf<"calibration">): string {
  const left = secondsLeft === null || done === 1 ? "" : `  ${durationText(secondsLeft)} left`;
  return `calibrating  ${percent(done, { decimals: 0 })}${left}`;
}

/** Names a fit: "fold 2", "fold 2 from scratch" or "final fit". */
export function trainFitText(fit: FitName): string {
  if (fit === "final") return "final fit";
  const [kind, number] = fit.split("-");
  return kind === "scratch" ? `fold ${number} from scratch` : `${kind} ${number}`;
}

function trainDataText(event: EventOf<"data">): Block[] {
  const { quality, windows } = event;
  const classes = entriesInNaturalOrder(Object.entries(event.classes)).map(([name, n]) => [
    name,
    wholeNumberText(n),
    fixedNumberText(n / windows),
  ]);
  const amounts = [
    counted(event.rows, "row"),
    counted(event.users, "person", "people"),
    counted(event.recordings, "recording"),
    counted(windows, "window"),
  ];
  return [
    `data       ${amounts.join(", ")}`,
    ...recordingsReadText(event),
    recordingsWindowText(event, quality),
    ...recordingsDroppedText(quality, event.dropped).map((line) => `left out   ${line}`),
    ...recordingsUnlabelledText(quality),
    ...recordingsLabelChangeText(event.labelChanges),
    "",
    { headers: ["class", "windows", "share"], rows: classes },
    "",
  ];
}

function trainSplitText(event: EventOf<"split">): Block[] {
  const rows = event.folds.map((fold) => [
    String(fold.fold),
    wholeNumberText(fold.trainWindows),
    wholeNumberText(fold.validationWindows),
    wholeNumberText(fold.testWindows),
    recordingsPeopleText(fold.testUsers),
  ]);
  const table = { headers: ["fold", "train", "validation", "test", "tested on"], rows };
  const { testSet } = event;
  const held = testSet === null ? [] : [recordingsTestSetText(testSet)];
  return [...recordingsWarningText(event.warnings), ...held, `split by ${event.split}`, table, ""];
}

function trainResumedText({ epochs, penalty }: EventOf<"resumed">): string {
  if (penalty === undefined) return `resumes after epoch ${epochs}`;
  return penalty === null ? "begins again" : `had finished with penalty ${penaltyOrUnchangedText(penalty)}`;
}

function trainFinalText({ epochs, penalty }: EventOf<"final">): string {
  return penalty === undefined ? counted(epochs, "epoch") : `penalty ${penaltyOrUnchangedText(penalty)}`;
}

function trainFoldText({ fold, folds, metrics, bestEpoch, epochs, penalty, seconds }: EventOf<"fold">): string {
  const kept =
    penalty === undefined ? `best epoch ${bestEpoch} of ${epochs}` : `penalty ${penaltyOrUnchangedText(penalty)}`;
  return (
    `fold ${fold}/${folds}  macro-F1 ${fixedNumberText(metrics.macro_f1)}  accuracy ${fixedNumberText(metrics.accuracy)}  ` +
    `${kept}  ${durationText(seconds)}`
  );
}

function trainCrossValidationText({ summary, pooled, users }: EventOf<"cross-validation">): Block[] {
  const people = metricTableByPerson(users, summary.worst_user.user);
  return [
    "",
    metricTableTitle(users.length),
    people,
    "",
    "Per class",
    metricTableByClass(pooled),
    "",
    ...trainSummaryText(summary, pooled),
    "",
  ];
}

/** The final network's metrics on the test set, per person and per class. */
function trainTestSetText({ report }: EventOf<"test-set">): Block[] {
  const { column, users, pooled, over_users: people, worst_user: worst } = report;
  return [
    "",
    `Test set (column ${column}), predicted by the final network`,
    metricTableByPerson(users, worst.user),
    "",
    metricTableByClass(pooled),
    "",
    `test set   macro-F1 ${fixedNumberText(pooled.macro_f1)}, accuracy ${fixedNumberText(pooled.accuracy)} over ` +
      `${counted(report.windows, "window")}; macro-F1 ${meanAndSdText(people.macro_f1)} over people`,
    "",
  ];
}

function trainSummaryText(summary: TrainSummary, pooled: EventOf<"cross-validation">["pooled"]): Block[] {
  const rows = printedMetrics.map(([title, key]) => [
    title,
    meanAndSdText(summary.over_folds[key]),
    meanAndSdText(summary.over_users[key]),
    fixedNumberText(pooled[key]),
  ]);
  return ["Mean ± sd", { headers: ["", "over folds", "over people", "pooled"], rows }];
}

function trainDoneText({ out, report, day, runLength, ...done }: EventOf<"done">): string[] {
  const { largestChanges, seconds, summary, joined } = done;
  const { over_folds: folds, worst_user: worst } = summary;
  return [
    `macro-F1 ${meanAndSdText(folds.macro_f1)} over folds; worst person ${worst.user} with ${fixedNumberText(worst.macro_f1)}`,
    `model      ${out}`,
    `report     ${report}`,
    ...dayLines(day),
    ...runLengthText(runLength),
    ...raisedLimitsText(largestChanges),
    ...(joined === null ? [] : comparedModelsJoinText(joined, out)),
    `took       ${durationText(seconds)}`,
  ];
}

function trainTrackedText({ page, versions }: EventOf<"tracked">): string[] {
  return [...(page === null ? [] : [`tracking   ${page}`]), ...versions.map((version) => `registered ${version}`)];
}
