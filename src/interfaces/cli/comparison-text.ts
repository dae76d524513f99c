// The comparisons made by a check, as tables: the batch's p-value against each reference, and the distance of each channel.
import { counted } from "../../counted.ts";
import { percent } from "../../percent.ts";
import type { CheckedComparison } from "../../pipelines/check.ts";
import { referenceNames } from "../../report/explain-check.ts";
import { fixedNumberText, wholeNumberText } from "./number-text.ts";
import type { Block } from "./terminal.ts";

/**
 * States the method used instead of rehearsals, or the number of rehearsed people and the smallest p-value that this number
 * allows.
 */
function comparisonMethodText({ method, people, resolution }: CheckedComparison): string {
  const who = people === undefined ? "held-out people" : counted(people, "held-out person", "held-out people");
  const least =
    people === undefined
      ? ""
      : ` (smallest possible p ${fixedNumberText(resolution)}; p below ${fixedNumberText(1 / (people + 1))} assumes that no new person is more unusual than these)`;
  switch (method) {
    case "people":
      return `calibrated on ${who}${least}`;
    case "recordings":
      return `calibrated on ${who}'s own recordings${least}`;
    case "halves of recordings":
      return `calibrated on halves of ${who}'s recordings, because few activities were recorded twice${least}`;
    case "bouts":
      return "block bootstrap of all recordings: too few people to leave one out";
    case "effective sample size":
      return "KS test with an effective sample size: too few recordings to calibrate";
    case "constants":
      return "fixed thresholds (KS .1/.2, PSI .1/.25, W1 and mean shift .25/.5 sd)";
  }
}

const statisticNames: Readonly<Record<string, string>> = {
  ks: "KS",
  ks_within_classes: "KS in classes",
  ks_by_class: "KS by class",
  psi: "PSI",
  wasserstein: "W1",
  mean_shift: "mean",
  log_sd_ratio: "spread",
  log_sd_within: "spread in classes",
};

export function comparisonPText(p: number): string {
  return `p ${p < 0.001 ? "< .001" : fixedNumberText(p)}`;
}

export function comparisonText(comparisons: readonly CheckedComparison[]): Block[] {
  const rows = comparisons.map((comparison) => [
    referenceNames[comparison.reference],
    comparison.channel,
    statisticNames[comparison.statistic] ?? comparison.statistic,
    unusualComparisonText(comparison),
  ]);
  const methods = [...new Set(comparisons.map(comparisonMethodText))].map((text) => `  ${text}`);
  return [{ headers: ["compared with", "furthest", "by", "how unusual"], rows }, ...methods];
}

function unusualComparisonText(comparison: CheckedComparison): string {
  const { p_value: p, as_high, null_batches, beyond_chance, exceeded, unseen_share } = comparison;
  const unseen =
    unseen_share >= 0.005
      ? `; ${percent(unseen_share, { significant: 2 })} of the batch is in activities that the reference lacks`
      : "";
  if (beyond_chance) return `beyond anything seen without drift${unseen}`;
  if (p === null) {
    const large = exceeded.filter(({ level }) => level === "large").length;
    return exceeded.length === 0
      ? "no constant exceeded"
      : `${exceeded.length} above the smaller threshold, ${large} above the larger one, which raises an alarm`;
  }
  const seen =
    null_batches === 0
      ? ""
      : `seen in ${wholeNumberText(as_high)} of ${wholeNumberText(null_batches)} drift-free batches, `;
  return `${seen}${comparisonPText(p)}${unseen}`;
}

export function comparisonChannelText(shown: CheckedComparison): Block[] {
  const isScored = Object.values(shown.channels).some(({ score }) => score !== undefined);
  const rows = Object.entries(shown.channels).map(([name, own]) => [
    name,
    fixedNumberText(own.ks),
    fixedNumberText(own.ks_within_classes),
    fixedNumberText(own.psi),
    fixedNumberText(own.wasserstein),
    signedComparisonText(own.mean_shift),
    `x ${Number(own.sd_ratio.toPrecision(3))}`,
    ...(isScored ? [fixedNumberText(own.score, 1)] : []),
    name === shown.channel ? "<-" : "",
  ]);
  const headers = ["channel", "KS", "in classes", "PSI", "W1 (sd)", "mean (sd)", "spread"];
  return [
    `against ${referenceNames[shown.reference]}`,
    { headers: [...headers, ...(isScored ? ["score"] : []), ""], rows },
    ...(isScored ? [`  ${comparisonScoreText(shown)}`] : []),
  ];
}

/** Explains the score column, in which the largest value is marked. */
function comparisonScoreText({ method, beyond_chance, statistic }: CheckedComparison): string {
  const name = statisticNames[statistic] ?? statistic;
  if (beyond_chance && statistic === "wasserstein")
    return "score: distance outside the training data's range, or from its mean magnitude, as a multiple of the alarm limit";
  if (beyond_chance)
    return `score: how far ${name} is above its mean without drift, as a multiple of what chance explains`;
  if (method === "constants")
    return "score: the largest statistic as a multiple of its larger threshold; above 1, it raises an alarm";
  if (method === "effective sample size") return "score: -log10 of the KS test's p-value";
  return `score: how far ${name} is above its mean without drift, in standard deviations of drift-free batches`;
}

function signedComparisonText(value: number): string {
  return `${value > 0 ? "+" : ""}${fixedNumberText(value)}`;
}
