// Explains the result of a check in full sentences for pages: the verdict, its reasons, and what to do next.
// interfaces/cli/check-text.ts formats the result for terminals, with the same advice.

import { alarmShare, alarmShareText } from "../alarm-share.ts";
import { counted } from "../counted.ts";
import { durationText } from "../duration-text.ts";
import { withFullStop } from "../full-stop.ts";
import { capitalized } from "../letter-case.ts";
import type { CheckedComparison, CheckResult, JudgedBatch, ReferenceName } from "../monitoring/streams/check-result.ts";
import { percent } from "../percent.ts";

export const verdictNames: Readonly<Record<CheckResult["verdict"], string>> = {
  normal: "Normal",
  gradual_drift: "Gradual drift",
  sudden_change: "Sudden change",
  rejected: "Rejected",
};

export const referenceNames: Readonly<Record<ReferenceName, string>> = {
  baseline: "the training data",
  anchor: "the stream's first batches",
  rolling: "the stream's last batches",
};

export const partsOfCheck: Readonly<Record<NonNullable<JudgedBatch["left_out"]>[number], string>> = {
  quality: "quality gate",
  still: "time without movement",
  impossible: "impossible values",
  likely_causes: "likely causes",
};

/** What raised an alarm. */
export const alarmCauseSentences: Readonly<Record<NonNullable<JudgedBatch["evidence"]["raised_by"]>, string>> = {
  evidence: "Together, the batches raise the alarm.",
  beyond_chance: "This batch alone is further away than chance explains.",
  constants: "A statistic exceeds its fixed threshold.",
};

/** Advice if a signal computed from a whole sensor differs most from the reference. */
const signalHints = {
  magnitude: "it does not depend on how the sensor is worn, so look for an offset, a gain or a different unit",
  tempo: "look for a wrong sampling rate, or a different way of moving",
  roughness: "look for lost samples, a filter, noise or a wrong sampling rate",
} as const;

/** The comparison with the reference that the batch differs from most; undefined if nothing could be compared. */
export function explainedComparison({ comparisons, leading }: JudgedBatch): CheckedComparison | undefined {
  return comparisons.find(({ reference }) => reference === leading) ?? comparisons[0];
}

/** Lists the reasons for the verdict, the most important first. */
export function explainCheck(result: CheckResult): string[] {
  return result.verdict === "rejected"
    ? result.reasons.map(({ message }) => explainedSentence(message))
    : explainJudgedBatch(result);
}

function explainJudgedBatch(result: JudgedBatch): string[] {
  const { verdict, not_counted: notCounted, still, unfamiliar, doubtful, stranger, likely_causes: causes } = result;
  return [
    ...(verdict === "normal" ? [] : [explainAlarm(result)]),
    ...explainEvidence(result),
    ...(result.impossible ?? []).map(({ message }) => `Impossible values: ${explainedSentence(message)}`),
    ...causes.map(explainCause),
    ...explainFurthest(result),
    ...(stranger === true
      ? [
          "On average, the stream's batches are so far from the training data that hardly any person's data would be as far away.",
        ]
      : []),
    ...(unfamiliar ? ["The batch is unlike the people in the training data (unfamiliar)."] : []),
    ...(doubtful && verdict === "normal"
      ? ["The batch is doubtful: it raises no alarm, but it is kept out of the references."]
      : []),
    ...(notCounted == null
      ? []
      : [
          `The batch does not count as evidence and is not added to any reference: ${explainedSentence(notCounted.message)}`,
        ]),
    ...(result.left_out === undefined
      ? []
      : [
          `Not judged, because the batch is a summary without samples: ${result.left_out.map((part) => partsOfCheck[part]).join(", ")}.`,
        ]),
    ...(still !== undefined && still.seconds > 0
      ? [
          `Nothing moved for ${durationText(still.seconds)} of ${durationText(still.of_seconds)} (not worn, charging or asleep); this time was left out.`,
        ]
      : []),
  ];
}

function explainAlarm({ alarm_since: since, change_point: point, confirmed }: JudgedBatch): string {
  const began = `The stream has been in alarm since batch ${since ?? "?"}`;
  const changed = point === null ? "" : `; the change probably began at about batch ${point}`;
  const name = confirmed
    ? ""
    : " Whether the change is called sudden or gradual becomes final five batches after the alarm began.";
  return `${began}${changed}.${name}`;
}

function explainEvidence(result: JudgedBatch): string[] {
  const { comparisons, evidence, references, verdict } = result;
  const hasOwnPast = comparisons.some(({ reference, method }) => reference !== "baseline" || method === "constants");
  if (!hasOwnPast && verdict === "normal") {
    const before = counted(references.rolling_batches, "batch", "batches");
    return [
      `The stream's own past has ${before} of the ${references.window_size} that it needs, so the batch was compared only with the training data.`,
    ];
  }
  const by = evidence.raised_by;
  const share = alarmShareText(alarmShare(result));
  return [`The evidence is ${share} the alarm level.${by ? ` ${alarmCauseSentences[by]}` : ""}`];
}

/** Sentence about a batch without comparisons. */
export const nothingComparedText =
  "Nothing could be compared: the batch is too short, or its activities are missing from the training data.";

function explainFurthest(result: JudgedBatch): string[] {
  const furthest = explainedComparison(result);
  if (furthest === undefined) return [nothingComparedText];
  const { reference, channel, p_value: p, as_high: asHigh, null_batches: nulls, beyond_chance: isBeyond } = furthest;
  const where = `${channel} is furthest from ${referenceNames[reference]}`;
  if (isBeyond) return [`${where}, further than any batch without drift.`];
  if (p === null || nulls === 0) return [`${where}.`];
  return [
    `${where}: ${counted(asHigh, "batch", "batches")} of ${nulls.toLocaleString("en-US")} without drift ${asHigh === 1 ? "was" : "were"} as far away (p ${p < 0.001 ? "< 0.001" : `= ${p.toFixed(3)}`}).`,
  ];
}

/** "Gx, Gy are in deg/s instead of rad/s" */
export function explainedCause({ channels, fault }: JudgedBatch["likely_causes"][number]): string {
  const who = channels.length === 0 ? "the batch" : channels.join(", ");
  return `${who} ${channels.length > 1 ? fault.replace(/^is /, "are ").replace(/^has /, "have ") : fault}`;
}

function explainCause(cause: JudgedBatch["likely_causes"][number]): string {
  return `Likely cause: ${explainedCause(cause)}. It explains ${percent(cause.weight, { significant: 2 })} of the change.`;
}

/**
 * What to do next.
 * @param accept command that includes the batch in the references
 */
export function checkAdvice(result: JudgedBatch, accept: string): string[] {
  const { verdict, doubtful, unfamiliar, references, likely_causes: causes } = result;
  switch (verdict) {
    case "sudden_change":
    case "gradual_drift":
      return [
        result.stranger && causes.length === 0
          ? "look for a fault that was there from the start: units, axes, how the sensor is worn; if the data is right, accept the batches"
          : causes.length > 0
            ? "look at the likely cause first: fix a fault in the sensor or the export at its source, not by retraining"
            : verdict === "sudden_change"
              ? "look for what changed suddenly: firmware, units, how the sensor is worn, who wears it"
              : "look for a gradual cause: a sensor that ages or slips, a person who changes; retrain if the change is permanent",
        ...explainFurthestSignal(result),
        `the batch stays out of the stream's references; to include it anyway: ${accept}`,
      ];
    case "normal":
      if (result.not_counted) return ["nothing to do"];
      if (doubtful) return [`if the batch is all right, include it: ${accept}`];
      if (unfamiliar)
        return [
          "the model may not know people like this one: label some of these windows before you trust its predictions",
        ];
      return references.rolling_batches + 1 < references.window_size
        ? [
            `the stream has ${references.rolling_batches + 1} of the ${references.window_size} batches that its own references need`,
          ]
        : ["nothing to do"];
    default:
      return verdict satisfies never;
  }
}

function explainFurthestSignal({ comparisons, leading }: JudgedBatch): string[] {
  const { channel = "", channels = {} } = comparisons.find(({ reference }) => reference === leading) ?? {};
  const kinds = Object.keys(signalHints) as (keyof typeof signalHints)[];
  const kind = kinds.find((name) => channel.endsWith(` ${name}`));
  if (kind === undefined) return [];
  const sensor = channel.slice(0, -kind.length - 1);
  // A channel may have such a name by coincidence, but only a sensor has all three signals.
  if (!kinds.every((name) => `${sensor} ${name}` in channels)) return [];
  return [`the ${kind} of ${sensor} is furthest away: ${signalHints[kind]}`];
}

/** Adds a capital letter and a full stop to the text. */
export function explainedSentence(text: string): string {
  return withFullStop(capitalized(text));
}
