// The answer of a check in words: first the verdict, then what is different and how unusual that is, then what to do.
import { percent } from "../../percent.ts";
import type { CheckedComparison, CheckResult, JudgedBatch, RejectedBatch } from "../../pipelines/check.ts";
import { shellCommand, shellPath } from "../../shell-words.ts";
import { countText, durationText, fixedText } from "./number-text.ts";
import type { Block } from "./terminal.ts";

const referenceNames = {
  baseline: "the training data",
  anchor: "the stream's first batches",
  rolling: "the stream's last batches",
} as const;

const methodNames: Record<CheckedComparison["method"], string> = {
  people: "calibrated on held-out people",
  recordings: "calibrated on held-out people's own recordings",
  "halves of recordings": "calibrated on halves of recordings: few activities were recorded twice",
  bouts: "block bootstrap of all recordings: too few people to leave one out",
  "effective sample size": "KS test with an effective sample size: too few recordings to calibrate",
  constants: "fixed thresholds (KS .1/.2, PSI .1/.25, W1 and mean shift .25/.5 sd)",
};

const statisticNames: Readonly<Record<string, string>> = {
  ks: "KS",
  ks_within_classes: "KS in classes",
  ks_by_class: "KS by class",
  psi: "PSI",
  wasserstein: "W1",
  mean_shift: "mean",
  log_sd_ratio: "spread",
};

/** Advice if a signal of a whole sensor is furthest away. */
const hints = {
  magnitude: "it does not depend on how the sensor sits, so look for an offset, a gain or another unit",
  tempo: "look for a wrong sampling rate, or another way of moving",
  roughness: "look for lost samples, a filter, noise or a wrong sampling rate",
} as const;

/**
 * The lines of the answer.
 * @param model the model folder, as the user named it
 */
export function checkLines(
  { result, known }: { readonly result: CheckResult; readonly known: boolean },
  model: string,
): Block[] {
  const lines = result.verdict === "rejected" ? rejectedCheckLines(result) : judgedCheckLines(result, model);
  const before = `This batch was already checked at ${result.checked_at}. This is the answer from that check; nothing was changed.`;
  return known ? [...lines, "", before] : lines;
}

function rejectedCheckLines({ batch_id, stream, reasons }: RejectedBatch): string[] {
  const lines = reasons.flatMap(({ code, message, advice }) => [
    `${code}: ${message}`,
    ...(advice === undefined ? [] : [`  ${advice}`]),
  ]);
  return [
    `rejected   batch ${batch_id} of stream ${stream}`,
    "",
    ...lines,
    "",
    "The ledger keeps the batch with these reasons; no reference was changed.",
  ];
}

function judgedCheckLines(result: JudgedBatch, model: string): Block[] {
  const { comparisons, likely_causes: causes, warnings } = result;
  return [
    `${result.verdict}   batch ${result.batch_id} of stream ${result.stream}`,
    ...checkHeadline(result),
    "",
    ...(comparisons.length === 0
      ? ["Nothing could be compared: the batch is shorter than every rehearsed batch."]
      : [...checkComparisonLines(comparisons), "", ...checkChannelLines(leadingCheckComparison(result))]),
    "",
    ...checkSignalLines(result),
    ...(causes.length === 0 ? [] : ["", ...causes.map(checkCauseLine)]),
    ...(warnings.length === 0 ? [] : ["", ...warnings.map((warning) => `warning: ${warning}`)]),
    "",
    ...checkNextSteps(result, model).map((step) => `-> ${step}`),
  ];
}

function checkHeadline(result: JudgedBatch): string[] {
  const { verdict, confirmed, alarm_since: since, change_point: point, unfamiliar, doubtful, evidence } = result;
  const lines = [
    `           ${countText(result.rows)} rows, ${durationText(result.seconds)}, ${countText(result.windows)} windows`,
  ];
  if (verdict !== "normal") {
    const when = point === null ? "" : `, changed at about batch ${point}`;
    lines.push(`           alarm since batch ${since ?? "?"}${when}${confirmed ? "" : "; the verdict is provisional"}`);
  }
  if (result.comparisons.some(({ reference, method }) => reference !== "baseline" && method !== "constants")) {
    lines.push(
      `           evidence ${Number(evidence.value.toPrecision(3))} (alarm at ${Number(evidence.alarm_at.toPrecision(3))})`,
    );
  }
  if (unfamiliar) lines.push("           unfamiliar: unlike the people that the model learned from");
  if (doubtful && verdict === "normal")
    lines.push("           doubtful: unlike the stream's own past, so kept out of the references");
  return lines;
}

function checkComparisonLines(comparisons: readonly CheckedComparison[]): Block[] {
  const rows = comparisons.map((comparison) => [
    referenceNames[comparison.reference],
    comparison.channel,
    statisticNames[comparison.statistic] ?? comparison.statistic,
    unusualCheckText(comparison),
  ]);
  const methods = [...new Set(comparisons.map(({ method }) => method))].map((method) => `  ${methodNames[method]}`);
  return [{ headers: ["compared with", "furthest", "by", "how unusual"], rows }, ...methods];
}

function unusualCheckText(comparison: CheckedComparison): string {
  const { p_value: p, as_high, null_batches, beyond_chance, exceeded, unseen_share } = comparison;
  const unseen =
    unseen_share >= 0.005 ? `; ${percent(unseen_share, { significant: 2 })} of the batch had no counterpart` : "";
  if (beyond_chance) return `beyond anything seen without drift${unseen}`;
  if (p === null) {
    const large = exceeded.filter(({ level }) => level === "large").length;
    return exceeded.length === 0 ? "no constant exceeded" : `${exceeded.length} exceeded, ${large} of them by far`;
  }
  const seen =
    null_batches === 0 ? "" : `seen in ${countText(as_high)} of ${countText(null_batches)} drift-free batches, `;
  return `${seen}p ${p < 0.001 ? "< .001" : fixedText(p)}${unseen}`;
}

/** The lines that --verbose adds: what was read, what the decision is based on, and the channels against every other reference. */
export function checkDecisionBlocks(result: CheckResult): Block[] {
  if (result.verdict === "rejected") return [];
  const { comparisons, rows, windows, seconds, thresholds, evidence } = result;
  const others = comparisons.filter((comparison) => comparison !== leadingCheckComparison(result));
  return [
    `read       ${countText(rows)} rows, ${durationText(seconds)}, ${countText(windows)} windows`,
    `decided    by ${thresholds} thresholds; evidence ${evidence.value} (alarm at ${evidence.alarm_at})`,
    ...others.flatMap((comparison) => checkChannelLines(comparison)),
  ];
}

function leadingCheckComparison({ comparisons, leading }: JudgedBatch): CheckedComparison {
  return comparisons.find(({ reference }) => reference === leading) ?? comparisons[0]!;
}

function checkChannelLines(shown: CheckedComparison): Block[] {
  const rows = Object.entries(shown.channels).map(([name, own]) => [
    name,
    fixedText(own.ks),
    fixedText(own.ks_within_classes),
    fixedText(own.psi),
    fixedText(own.wasserstein),
    signedText(own.mean_shift),
    `x ${Number(own.sd_ratio.toPrecision(3))}`,
    name === shown.channel ? "<-" : "",
  ]);
  const headers = ["channel", "KS", "in classes", "PSI", "W1 (sd)", "mean (sd)", "spread", ""];
  return [`against ${referenceNames[shown.reference]}`, { headers, rows }];
}

function checkSignalLines({ signals, accuracy }: JudgedBatch): string[] {
  const shares = Object.entries(signals.class_shares)
    .sort(([, a], [, b]) => b - a)
    .map(([name, share]) => `${name} ${percent(share, { significant: 2 })}`);
  const mix = signals.against.rolling ?? signals.against.baseline;
  const flips = signals.flip_rate === null ? "" : `, flip rate ${fixedText(signals.flip_rate)}`;
  return [
    `predicted  ${shares.join(", ")}`,
    `           mean confidence ${fixedText(signals.mean_confidence)}${flips}` +
      (mix === undefined ? "" : `; mix of activities changed by ${percent(mix.mix_shift, { significant: 2 })}`),
    ...(accuracy === null
      ? []
      : [
          `accuracy   about ${fixedText(accuracy.estimate)}, ${checkIntervalText(accuracy)}` +
            (accuracy.rehearsed ? "" : "; no held-out person's data looked like this, so treat it as a guess"),
        ]),
  ];
}

function checkIntervalText({ lower, upper, coverage }: NonNullable<JudgedBatch["accuracy"]>): string {
  if (lower === 0 && upper === 1) return "estimated without labels; too few people for an interval";
  return `${fixedText(lower)} to ${fixedText(upper)} for ${percent(coverage, { significant: 2 })} of new people; estimated without labels`;
}

function checkCauseLine({ channels, fault, weight }: JudgedBatch["likely_causes"][number]): string {
  const who = channels.length === 0 ? "the batch" : channels.join(", ");
  const said = channels.length > 1 ? fault.replace(/^is /, "are ").replace(/^has /, "have ") : fault;
  return `likely     ${who} ${said} (explains ${percent(weight, { significant: 2 })})`;
}

function checkNextSteps(result: JudgedBatch, model: string): string[] {
  const { verdict, batch_id, stream, doubtful, unfamiliar, references, likely_causes: causes } = result;
  // A batch id may begin with a dash, just like a file name.
  const words = ["reference", "accept", "--model", shellPath(model), "--stream", stream, "--", batch_id];
  const accept = shellCommand("tidemark", ...words);
  switch (verdict) {
    case "sudden_change":
    case "gradual_drift":
      return [
        causes.length > 0
          ? "look at the likely cause first: fix a fault in the sensor or the export at its source, not by retraining"
          : verdict === "sudden_change"
            ? "look for what changed suddenly: firmware, units, how the sensor is worn, who wears it"
            : "look for a gradual cause: a sensor that ages or slips, a person who changes; retrain if the change is permanent",
        ...checkHint(result),
        `the batch stays out of the stream's references; to include it anyway: ${accept}`,
      ];
    case "normal":
      if (doubtful) return [`if the batch is all right, include it: ${accept}`];
      if (unfamiliar)
        return [
          "the model may not know people like this one: label some of these windows before you trust its predictions",
        ];
      return references.rolling_batches + 1 < references.window_size
        ? [
            `${references.rolling_batches + 1} of the ${references.window_size} batches needed for this stream's own references`,
          ]
        : ["nothing to do"];
    default:
      return verdict satisfies never;
  }
}

function checkHint({ comparisons, leading }: JudgedBatch): string[] {
  const { channel = "", channels = {} } = comparisons.find(({ reference }) => reference === leading) ?? {};
  const kinds = Object.keys(hints) as (keyof typeof hints)[];
  const kind = kinds.find((name) => channel.endsWith(` ${name}`));
  if (kind === undefined) return [];
  const sensor = channel.slice(0, -kind.length - 1);
  // A channel may happen to have such a name; a sensor has all three.
  if (!kinds.every((name) => `${sensor} ${name}` in channels)) return [];
  return [`the ${kind} of ${sensor} is furthest away: ${hints[kind]}`];
}

function signedText(value: number): string {
  return `${value > 0 ? "+" : ""}${fixedText(value)}`;
}
