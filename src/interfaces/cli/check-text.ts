// The result of a check in words: first the verdict, then what differs and how unusual it is, and then what to do.

import { alarmShare, alarmShareText } from "../../alarm-share.ts";
import { durationText } from "../../duration-text.ts";
import { percent } from "../../percent.ts";
import type { CheckedComparison, CheckResult, JudgedBatch, RejectedBatch } from "../../pipelines/check.ts";
import {
  checkAdvice,
  explainedCause,
  explainedComparison,
  nothingComparedText,
  partsOfCheck,
  referenceNames,
} from "../../report/explain-check.ts";
import { shellCommand, shellPath } from "../../shell-words.ts";
import { comparisonChannelText, comparisonPText, comparisonText } from "./comparison-text.ts";
import { fixedNumberText, wholeNumberText } from "./number-text.ts";
import type { Block } from "./terminal.ts";

/**
 * The lines to print.
 * @param model the model folder, as given by the user
 */
export function checkText(
  { result, known }: { readonly result: CheckResult; readonly known: boolean },
  model: string,
): Block[] {
  const lines = result.verdict === "rejected" ? rejectedCheckText(result) : judgedCheckText(result, model);
  const before =
    `This batch was already checked at ${result.checked_at}. ` +
    "The result above is that of the earlier check; the batch was not judged again.";
  return known ? [...lines, "", before] : lines;
}

function rejectedCheckText({ batch_id, stream, reasons }: RejectedBatch): string[] {
  // Several missing channels share one advice.
  const lines = reasons.flatMap(({ code, message, advice }, i) => [
    `${code}: ${message}`,
    ...(advice === undefined || advice === reasons[i + 1]?.advice ? [] : [`  ${advice}`]),
  ]);
  return [
    `rejected   batch ${batch_id} of stream ${stream}`,
    "",
    ...lines,
    "",
    "The ledger keeps the batch with these reasons; no reference was changed.",
  ];
}

function judgedCheckText(result: JudgedBatch, model: string): Block[] {
  const { comparisons, likely_causes: causes, warnings } = result;
  const leading = explainedComparison(result);
  return [
    `${result.verdict}   batch ${result.batch_id} of stream ${result.stream}`,
    ...checkTextHeadline(result),
    "",
    ...(leading === undefined
      ? [nothingComparedText]
      : [...comparisonText(comparisons), "", ...comparisonChannelText(leading)]),
    "",
    ...checkSignalText(result),
    ...(causes.length === 0 ? [] : ["", ...causes.map(checkCauseText)]),
    ...(warnings.length === 0 ? [] : ["", ...warnings.map((warning) => `warning: ${warning}`)]),
    "",
    ...nextStepsInCheckText(result, model).map((step) => `-> ${step}`),
  ];
}

function checkTextHeadline(result: JudgedBatch): string[] {
  const {
    verdict,
    confirmed,
    alarm_since: since,
    change_point: point,
    unfamiliar,
    doubtful,
    p_limits: limits,
  } = result;
  const lines = [
    `           ${wholeNumberText(result.rows)} rows, ${durationText(result.seconds)}, ${wholeNumberText(result.windows)} windows`,
  ];
  if (verdict !== "normal") {
    const when = point === null ? "" : `, changed at about batch ${point}`;
    lines.push(`           alarm since batch ${since ?? "?"}${when}${confirmed ? "" : "; the verdict is provisional"}`);
  }
  const isWeighed = result.comparisons.some(
    ({ reference, method }) => reference !== "baseline" || method === "constants",
  );
  if (isWeighed || verdict !== "normal") lines.push(`           ${checkEvidenceText(result)}`);
  for (const { message } of result.impossible ?? []) lines.push(`           impossible: ${message}`);
  if (result.left_out !== undefined) {
    const left = result.left_out.map((part) => partsOfCheck[part]).join(", ");
    lines.push(`           not judged, because the batch is a summary without samples: ${left}`);
  }
  const { still } = result;
  if (still !== undefined && still.seconds > 0) {
    const [seconds, all] = [still.seconds, still.of_seconds].map(durationText);
    lines.push(`           no movement for ${seconds} of ${all} (not worn, charging or asleep); this time is left out`);
  }
  if (result.not_counted) {
    lines.push(
      `           not counted: ${result.not_counted.message}, so the batch does not count as evidence and is not added to any reference`,
    );
  }
  if (unfamiliar) {
    const p = checkLimitText(result, ({ reference }) => reference === "baseline", limits?.unfamiliar);
    lines.push(`           unfamiliar: unlike the people that the model learned from${p}`);
  }
  if (result.stranger) {
    lines.push(
      "           unlike anyone: on average, the stream's batches are so far from the training data that hardly any person's data would be as far away",
    );
  }
  const hasPast = result.comparisons.some(({ reference }) => reference !== "baseline");
  if (doubtful && verdict === "normal" && !hasPast) {
    lines.push(
      "           doubtful: unlike most people, so kept out of the references until more batches have been checked",
    );
  } else if (doubtful && verdict === "normal") {
    const p = checkLimitText(result, ({ reference }) => reference !== "baseline", limits?.doubtful);
    lines.push(`           doubtful: unlike the stream's own past${p}, so kept out of the references`);
  }
  return lines;
}

/** The evidence as a share of the alarm level, so that it can be compared across models and run lengths. */
function checkEvidenceText(result: JudgedBatch): string {
  const { raised_by: by } = result.evidence;
  const why = {
    evidence: "",
    beyond_chance: ": this batch alone is further away than chance explains",
    constants: ": a statistic exceeds its fixed threshold",
  };
  return `evidence ${alarmShareText(alarmShare(result))} the alarm level${by ? why[by] : ""}`;
}

/** The smallest p-value among the selected comparisons, with its limit; empty if there is no such value or no limit. */
function checkLimitText(
  { comparisons }: JudgedBatch,
  isMeant: (comparison: CheckedComparison) => boolean,
  limit: number | undefined,
): string {
  const ps = comparisons.filter(isMeant).flatMap(({ p_value: p }) => (p === null ? [] : [p]));
  return limit === undefined || ps.length === 0 ? "" : ` (${comparisonPText(Math.min(...ps))}, at most ${limit})`;
}

/**
 * The lines that --verbose adds: the input, the basis for the verdict, and the distances of the channels to each of the other
 * references.
 */
export function decisionCheckText(result: CheckResult): Block[] {
  if (result.verdict === "rejected") return [];
  const { comparisons, rows, windows, seconds, thresholds, evidence } = result;
  const leading = explainedComparison(result);
  const others = comparisons.filter((comparison) => comparison !== leading);
  return [
    `read       ${wholeNumberText(rows)} rows, ${durationText(seconds)}, ${wholeNumberText(windows)} windows`,
    `decided    by ${thresholds} thresholds; ${checkEvidenceText(result)}` +
      (thresholds === "fixed"
        ? ""
        : `, with at most one false alarm in ${wholeNumberText(evidence.average_run_length)} batches on average`),
    ...others.flatMap((comparison) => comparisonChannelText(comparison)),
  ];
}

function checkSignalText({ signals, accuracy, accuracy_unknown: unknown }: JudgedBatch): string[] {
  const shares = Object.entries(signals.class_shares)
    .sort(([, a], [, b]) => b - a)
    .map(([name, share]) => `${name} ${percent(share, { significant: 2 })}`);
  const reference = signals.against.rolling === undefined ? "baseline" : "rolling";
  const against = signals.against[reference];
  const usual = (value: number, shift: number | null | undefined): string =>
    typeof shift === "number" ? ` (there ${fixedNumberText(Math.max(0, value - shift))})` : "";
  const { mean_confidence: confidence, flip_rate: flips } = signals;
  return [
    `predicted  ${shares.join(", ")}`,
    ...(against === undefined
      ? []
      : [
          `           compared with ${referenceNames[reference]}: ${percent(against.mix_shift, { significant: 2 })} ` +
            "total variation distance between the mixes of activities",
        ]),
    `           mean confidence ${fixedNumberText(confidence)}${usual(confidence, against?.confidence_shift)}` +
      (flips === null ? "" : `, flip rate ${fixedNumberText(flips)}${usual(flips, against?.flip_rate_shift)}`),
    ...(accuracy === null
      ? typeof unknown === "string"
        ? [`accuracy   cannot be estimated: ${unknown}`]
        : []
      : [
          `accuracy   about ${fixedNumberText(accuracy.estimate)}, ${checkIntervalText(accuracy)}` +
            (accuracy.rehearsed ? "" : "; no held-out person's data looked like this, so treat it as a guess"),
        ]),
  ];
}

function checkIntervalText({ lower, upper, coverage }: NonNullable<JudgedBatch["accuracy"]>): string {
  if (lower === 0 && upper === 1) return "estimated without labels; too few people for an interval";
  return `${fixedNumberText(lower)} to ${fixedNumberText(upper)} for ${percent(coverage, { significant: 2 })} of new people; estimated without labels`;
}

function checkCauseText(cause: JudgedBatch["likely_causes"][number]): string {
  return `likely     ${explainedCause(cause)} (explains ${percent(cause.weight, { significant: 2 })} of the change)`;
}

function nextStepsInCheckText(result: JudgedBatch, model: string): string[] {
  const { batch_id, stream } = result;
  // A batch id, like a file name, may begin with a dash.
  const words = ["reference", "accept", "--model", shellPath(model), "--stream", stream, "--", batch_id];
  return checkAdvice(result, shellCommand("tidemark", ...words));
}
