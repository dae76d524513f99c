// The events of a training run in words and tables, for the terminal and for pipes.

import { counted } from "../../counted.ts";
import { durationText } from "../../duration-text.ts";
import { gigabytes } from "../../gigabytes.ts";
import { listedNames } from "../../listed-names.ts";
import { naturalOrder } from "../../natural-order.ts";
import { percent } from "../../percent.ts";
import type { FitName, TrainEvent, TrainSummary } from "../../pipelines/train.ts";
import { shellCommand, shellPath } from "../../shell-words.ts";
import { rehearsedDayLines } from "./day-text.ts";
import { countText, fixedText, meanAndSdText } from "./number-text.ts";
import { runLengthLines } from "./run-length-text.ts";
import type { Block, Loudness } from "./terminal.ts";

type EventOf<T extends TrainEvent["type"]> = Extract<TrainEvent, { type: T }>;

/** Maximum number of people in the table; if there are more, it shows those with the lowest scores. */
const shownUsers = 30;

/** The lines to print for an event; empty if nothing should stay on the screen. */
export function trainTextBlocks(event: TrainEvent): readonly Block[] {
  switch (event.type) {
    case "data":
      return trainDataLines(event);
    case "memory":
      return [`memory     about ${gigabytes(event.neededBytes)} of ${gigabytes(event.totalBytes)}`];
    case "split":
      return trainSplitLines(event);
    case "resumed":
      return [`${trainFitLabel(event.fit)}  resumes after epoch ${event.epochs}`];
    case "fold":
      return [trainFoldLine(event)];
    case "cross-validation":
      return trainCrossValidationLines(event);
    case "test-set":
      return testSetLines(event);
    case "final":
      return [`final fit  ${counted(event.epochs, "epoch")} in ${durationText(event.seconds)}`];
    case "done":
      return trainDoneLines(event);
    case "retrain-data":
      return retrainDataLines(event);
    case "cycle":
      return [retrainCycleLine(event)];
    case "gate":
      return retrainGateLines(event);
    case "retrained":
      return retrainedLines(event);
    case "tracked":
      return trainTrackedLines(event);
    case "batch":
    case "epoch":
    case "calibration":
    case "checkpoint":
      return [];
    default:
      return event satisfies never;
  }
}

/** Whether --quiet prints the event too. */
export function rendersWhenQuiet({ type }: TrainEvent): boolean {
  return ["cross-validation", "test-set", "done", "gate", "retrained", "tracked"].includes(type);
}

/** The lines that --verbose adds to an event: what was read, and the time since the run began. */
export function verboseTrainLines(event: TrainEvent, seconds: number): string[] {
  switch (event.type) {
    case "batch":
    case "epoch":
    case "calibration":
      return [];
    case "checkpoint":
      return [`checkpoint ${event.path}`];
    case "data":
    case "retrain-data":
      return [`files      ${event.files.join(", ")}`, trainTimeLine(event, seconds)];
    default:
      return [trainTimeLine(event, seconds)];
  }
}

function trainTimeLine({ type }: TrainEvent, seconds: number): string {
  return `time       ${durationText(seconds)} until ${type}`;
}

/** One line per epoch, with its fields always in the same order; --verbose adds a second line. */
export function trainEpochLines(event: EventOf<"epoch">, loudness: Loudness): string[] {
  const { valLoss, valAccuracy, valMacroF1, secondsLeft } = event;
  const validated = valLoss !== null;
  const validation = validated
    ? `  val ${fixedText(valLoss)}  F1 ${fixedText(valMacroF1)}${event.best ? " best" : ""}`
    : "";
  const left = secondsLeft === null ? "" : `  ${durationText(secondsLeft)} left`;
  const accuracies = `accuracy ${fixedText(event.accuracy)}${validated ? `  val_accuracy ${fixedText(valAccuracy)}` : ""}`;
  return [
    `${trainFitLabel(event.fit)}  epoch ${event.epoch}/${event.epochs}  loss ${fixedText(event.loss)}${validation}${left}`,
    ...(loudness === "verbose"
      ? [`  ${accuracies}  lr ${event.learningRate}  ${Math.round(event.windowsPerSecond)} windows/s`]
      : []),
  ];
}

/** For example "calibrating  50 %  12 s left". */
export function calibrationLine({ done, secondsLeft }: EventOf<"calibration">): string {
  const left = secondsLeft === null || done === 1 ? "" : `  ${durationText(secondsLeft)} left`;
  return `calibrating  ${Math.round(100 * done)} %${left}`;
}

/** "fold 2" or "final fit". */
export function trainFitLabel(fit: FitName): string {
  return fit === "final" ? "final fit" : fit.replace("-", " ");
}

function trainDataLines(event: EventOf<"data">): Block[] {
  const { quality, windows } = event;
  const classes = Object.entries(event.classes).map(([name, n]) => [name, countText(n), fixedText(n / windows)]);
  const amounts = [
    counted(event.rows, "row"),
    counted(event.users, "person", "people"),
    counted(event.recordings, "recording"),
    counted(windows, "window"),
  ];
  return [
    `data       ${amounts.join(", ")}`,
    ...readLines(event),
    ...trainDroppedText(quality, event.dropped).map((line) => `left out   ${line}`),
    "",
    { headers: ["class", "windows", "share"], rows: classes },
    "",
  ];
}

/** The columns with their roles, the sensors, and the quality of the recordings. */
export function readLines({
  quality,
  sensors,
  conversions,
}: Pick<EventOf<"data">, "quality" | "sensors" | "conversions">): string[] {
  const { columns } = quality;
  const roles = (["label", "group", "recording", "time"] as const).map(
    (role) => `${role} ${columns[role] ?? "(none)"}`,
  );
  return [
    `columns    ${roles.join(", ")}; channels ${columns.channels.join(",")}`,
    ...sensors.map((sensor, i) => `${i === 0 ? "sensors   " : "          "} ${trainSensorText(sensor)}`),
    ...conversions.map((own, i) => `${i === 0 ? "converted " : "          "} ${conversionText(own)}`),
    `quality    ${trainQualityText(quality)}`,
  ];
}

/** For example "accelerometer Ax,Ay,Az in m/s^2 with gravity (by its values: 9.81 at rest)". */
function trainSensorText({ name, kind, channels, unit, gravity, because }: EventOf<"data">["sensors"][number]): string {
  const felt = gravity === null ? "" : gravity ? " with gravity" : " without gravity";
  const what = kind === "unknown" ? "of unknown kind" : kind;
  const inUnit = unit === null ? (kind === "unknown" ? "" : ", unit unknown") : ` in ${unit}`;
  return `${name}: ${what} ${channels.map((channel) => channel.trim()).join(",")}${inUnit}${felt} (${because})`;
}

/** For example "Ax,Ay,Az from g to m/s^2 (times 9.80665)". */
function conversionText({ channels, from, to, factor, people }: EventOf<"data">["conversions"][number]): string {
  const shown = people?.slice(0, 5).join(", ");
  const others = people !== undefined && people.length > 5 ? ` and ${people.length - 5} more` : "";
  const whose = shown === undefined ? "" : `, recordings of ${shown}${others}`;
  return `${channels.map((channel) => channel.trim()).join(",")} from ${from} to ${to} (times ${Number(factor.toPrecision(6))})${whose}`;
}

function trainQualityText({ sampling, gaps, channels }: EventOf<"data">["quality"]): string {
  const flat = Object.entries(channels).filter(([, channel]) => channel.flat);
  return [
    trainRateText(sampling),
    counted(gaps.count, "gap"),
    flat.length === 0 ? "no flat channel" : `flat: ${flat.map(([name]) => name).join(", ")}`,
  ].join(", ");
}

/** The range of the recordings' rates, because one median over different rates describes none of them. */
function trainRateText({ rate_hz, rate_hz_min, rate_hz_max }: EventOf<"data">["quality"]["sampling"]): string {
  if (rate_hz === null) return "rate unknown";
  const [low, high] = [rate_hz_min, rate_hz_max].map((rate) => `${Number((rate ?? rate_hz).toFixed(2))}`);
  return low === high ? `${low} Hz` : `${low} to ${high} Hz`;
}

/** One line per reason why something was left out. @param dropped null if no windows were cut */
export function trainDroppedText(
  quality: EventOf<"data">["quality"],
  dropped: EventOf<"data">["dropped"] | null,
): string[] {
  const rows = Object.entries(quality.rows.dropped)
    .filter(([, n]) => n > 0)
    .map(([reason, n]) => `${counted(n, "row")}: ${reason.replaceAll("_", " ")}`);
  const reasons = {
    shortStretches: "stretches shorter than a window",
    remainders: "ends of stretches that do not fill another window",
    unknownClass: "a class that the model does not know",
  } as const satisfies Record<keyof EventOf<"data">["dropped"], string>;
  const samples = Object.entries(reasons).flatMap(([key, reason]) => {
    const { stretches, samples } = dropped?.[key as keyof typeof reasons] ?? { stretches: 0, samples: 0 };
    return stretches === 0
      ? []
      : [`${counted(samples, "sample")} of ${counted(stretches, "stretch", "stretches")}: ${reason}`];
  });
  return [...rows, ...samples];
}

function trainSplitLines(event: EventOf<"split">): Block[] {
  const rows = event.folds.map((fold) => [
    String(fold.fold),
    countText(fold.trainWindows),
    countText(fold.validationWindows),
    countText(fold.testWindows),
    trainPeopleText(fold.testUsers),
  ]);
  const table = { headers: ["fold", "train", "validation", "test", "tested on"], rows };
  const { testSet } = event;
  const held = testSet === null ? [] : [testSetLine(testSet)];
  return [...trainWarningLines(event.warnings), ...held, `split by ${event.split}`, table, ""];
}

export function testSetLine({ column, users, windows }: NonNullable<EventOf<"split">["testSet"]>): string {
  return `test set   ${counted(windows, "window")} of ${counted(users.length, "person", "people")}, marked by column ${column}: ${trainPeopleText(users)}`;
}

/** The finished network on the test set, by person and by class. */
function testSetLines({ report }: EventOf<"test-set">): Block[] {
  const { column, users, pooled, over_users: people, worst_user: worst } = report;
  const byScore = [...users].sort((a, b) => a.metrics.macro_f1 - b.metrics.macro_f1).slice(0, shownUsers);
  const lowest = new Set(byScore.map(({ user }) => user));
  const rows = users
    .filter(({ user }) => lowest.has(user))
    .toSorted((a, b) => a.user.localeCompare(b.user, "en", { numeric: true }))
    .map(({ user, metrics }) => [
      user,
      countText(metrics.n),
      fixedText(metrics.macro_f1),
      fixedText(metrics.accuracy),
      fixedText(metrics.kappa),
      user === worst.user ? "<- worst" : "",
    ]);
  const classes = Object.entries(pooled.per_class).map(([name, { precision, recall, f1, support }]) => [
    name,
    fixedText(precision),
    fixedText(recall),
    fixedText(f1),
    countText(support),
  ]);
  return [
    "",
    `Test set (column ${column}), predicted by the finished network`,
    { headers: ["person", "windows", "macro F1", "accuracy", "kappa", ""], rows },
    "",
    { headers: ["class", "precision", "recall", "F1", "windows"], rows: classes },
    "",
    `test set   macro F1 ${fixedText(pooled.macro_f1)}, accuracy ${fixedText(pooled.accuracy)} over ${counted(report.windows, "window")}; macro F1 ${meanAndSdText(people.macro_f1)} over people`,
    "",
  ];
}

function trainFoldLine({ fold, folds, metrics, bestEpoch, epochs, seconds }: EventOf<"fold">): string {
  return (
    `fold ${fold}/${folds}  macro F1 ${fixedText(metrics.macro_f1)}  accuracy ${fixedText(metrics.accuracy)}  ` +
    `best epoch ${bestEpoch} of ${epochs}  ${durationText(seconds)}`
  );
}

function trainCrossValidationLines({ summary, pooled, users }: EventOf<"cross-validation">): Block[] {
  const worst = summary.worst_user;
  const byScore = [...users].sort((a, b) => a.metrics.macro_f1 - b.metrics.macro_f1);
  const lowestScored = new Set(byScore.slice(0, shownUsers));
  const heading =
    users.length > shownUsers ? `The ${shownUsers} of ${users.length} people with the lowest scores` : "Per person";
  const byName = users.toSorted((a, b) => naturalOrder(a.user, b.user));
  const rows = byName
    .filter((user) => lowestScored.has(user))
    .map((user) => trainPersonRow(user, user.user === worst.user));
  const userTable = { headers: ["person", "fold", "windows", "macro F1", "accuracy", "kappa", ""], rows };
  const classRows = Object.entries(pooled.per_class).map(([name, { precision, recall, f1, support }]) => [
    name,
    fixedText(precision),
    fixedText(recall),
    fixedText(f1),
    countText(support),
  ]);
  const classTable = { headers: ["class", "precision", "recall", "F1", "windows"], rows: classRows };
  return ["", heading, userTable, "", "Per class", classTable, "", ...trainSummaryLines(summary, pooled), ""];
}

function trainPersonRow(
  { user, fold, metrics }: EventOf<"cross-validation">["users"][number],
  isWorst: boolean,
): string[] {
  return [
    user,
    fold === null ? "several" : String(fold),
    countText(metrics.n),
    fixedText(metrics.macro_f1),
    fixedText(metrics.accuracy),
    fixedText(metrics.kappa),
    isWorst ? "<- worst" : "",
  ];
}

/** The metrics that are printed, with their titles. */
export const printedMetrics = [
  ["macro F1", "macro_f1"],
  ["weighted F1", "weighted_f1"],
  ["accuracy", "accuracy"],
  ["kappa", "kappa"],
  ["log loss", "log_loss"],
  ["calibration error", "expected_calibration_error"],
] as const;

function trainSummaryLines(summary: TrainSummary, pooled: EventOf<"cross-validation">["pooled"]): Block[] {
  const rows = printedMetrics.map(([title, key]) => [
    title,
    meanAndSdText(summary.over_folds[key]),
    meanAndSdText(summary.over_users[key]),
    fixedText(pooled[key]),
  ]);
  return ["Mean ± sd", { headers: ["", "over folds", "over people", "pooled"], rows }];
}

function trainDoneLines({ out, report, day, runLength, seconds, summary }: EventOf<"done">): string[] {
  const { over_folds: folds, worst_user: worst } = summary;
  return [
    `macro F1 ${meanAndSdText(folds.macro_f1)} over folds; worst person ${worst.user} with ${fixedText(worst.macro_f1)}`,
    `model      ${out}`,
    `report     ${report}`,
    ...rehearsedDayLines(day),
    ...runLengthLines(runLength),
    `took       ${durationText(seconds)}`,
  ];
}

function retrainDataLines({
  labelled,
  holdout,
  filesOfModel,
  unlabelled,
  epochs,
  warnings,
}: EventOf<"retrain-data">): string[] {
  const of = (part: { people: readonly string[]; windows: number }): string =>
    `${counted(part.windows, "window")} of ${trainPeopleText(part.people)}`;
  return [
    ...trainWarningLines(warnings),
    ...(filesOfModel.length === 0 ? [] : [`read       ${listedNames(filesOfModel, 3)}, named in the model's manifest`]),
    `labelled   ${of(labelled)}`,
    `holdout    ${of(holdout)}`,
    `unlabelled ${counted(unlabelled.windows, "window")} of ${counted(unlabelled.people, "person", "people")}`,
    `each fit   ${counted(epochs, "epoch")}`,
    "",
  ];
}

function trainWarningLines(warnings: readonly string[]): string[] {
  return warnings.flatMap((warning) => [`WARNING: ${warning}`, ""]);
}

function retrainCycleLine({ report: { cycle, selection, holdout, unlabelled } }: EventOf<"cycle">): string {
  const without = cycle === 0 ? "labelled windows only" : "statistics of the unlabelled windows";
  const selected = selection === null ? without : counted(selection.total, "pseudo-label");
  const truth =
    unlabelled.macro_f1 === null
      ? ""
      : `  macro F1 on the unlabelled windows ${fixedText(unlabelled.macro_f1)} (true labels)`;
  const flipped = unlabelled.flipped === null ? "" : `  labels flipped ${percent(unlabelled.flipped, { decimals: 1 })}`;
  return (
    `cycle ${cycle}  ${selected}  macro F1 ${fixedText(holdout.macro_f1)} on the holdout  confidence ` +
    `${fixedText(unlabelled.mean_confidence)}${flipped}${truth}`
  );
}

function retrainGateLines({ winner, because, rules, passed }: EventOf<"gate">): Block[] {
  const rows = rules.map((rule) => [
    ...[
      rule.passed ? "passed" : "FAILED",
      rule.name,
      retrainGateValueText(rule.value),
      retrainGateValueText(rule.limit),
      rule.about,
    ],
  ]);
  return [
    "",
    `gate: ${passed ? "passed" : "rejected"} (the winner is cycle ${winner}; the cycles ended because ${because})`,
    { headers: ["", "rule", "value", "limit", "requirement"], rows },
    "",
  ];
}

/** Whole numbers, such as a cycle's, have no decimals. */
function retrainGateValueText(value: number | null): string {
  return value === null || !Number.isInteger(value) ? fixedText(value) : String(value);
}

function retrainedLines({ adopted, out, report, seconds, promoted }: EventOf<"retrained">): string[] {
  return [
    ...(adopted ? [`model      ${out}`] : ["not adopted: nothing was changed"]),
    `report     ${report}`,
    ...(promoted === null ? [] : [`promoted   ${promoted}`]),
    ...(adopted && promoted === null
      ? [`next       ${shellCommand("tidemark", "models", "promote", shellPath(out))}`]
      : []),
    `took       ${durationText(seconds)}`,
  ];
}

function trainTrackedLines({ page, versions }: EventOf<"tracked">): string[] {
  return [...(page === null ? [] : [`tracking   ${page}`]), ...versions.map((version) => `registered ${version}`)];
}

function trainPeopleText(users: readonly string[]): string {
  return listedNames(users.toSorted(naturalOrder), 8);
}
