// The text that `evaluate` prints: metrics with intervals, people, classes, and a comparison with the cross-validation.
import { counted } from "../../counted.ts";
import { durationText } from "../../duration-text.ts";
import { naturalOrder } from "../../natural-order.ts";
import type { EvaluateResult, Interval } from "../../pipelines/evaluate.ts";
import { printedMetrics } from "./metric-tables.ts";
import { fixedNumberText, meanAndSdText, wholeNumberText } from "./number-text.ts";
import type { Block } from "./terminal.ts";

export function evaluateText(result: EvaluateResult): Block[] {
  const { people, pooled, intervals, overPeople, classes, windows, unknownLabels, crossValidation } = result;
  const metricRows = printedMetrics.map(([title, key]) => [
    title,
    fixedNumberText(pooled[key]),
    evaluateIntervalText(intervals[key]),
    meanAndSdText(overPeople[key]),
  ]);
  const personRows = people.map(({ user, metrics: own, rank, within, learned }) => [
    user,
    wholeNumberText(own.n),
    fixedNumberText(own.macro_f1),
    fixedNumberText(own.accuracy),
    fixedNumberText(own.kappa),
    fixedNumberText(rank, 2),
    [...(within ? [] : ["<- outside"]), ...(learned ? ["(learned from)"] : [])].join(" "),
  ]);
  const classRows = classes.toSorted(naturalOrder).map((name) => {
    const own = pooled.per_class[name];
    return [
      name,
      fixedNumberText(own?.precision),
      fixedNumberText(own?.recall),
      fixedNumberText(own?.f1),
      evaluateIntervalText(intervals.per_class[name]?.f1 ?? null),
      wholeNumberText(own?.support ?? 0),
    ];
  });
  const unknown = Object.entries(unknownLabels).map(([name, seconds]) => `${name} (${durationText(seconds)})`);
  return [
    `data       ${counted(windows, "labelled window")} of ${counted(people.length, "person", "people")}`,
    ...(unknown.length === 0 ? [] : [`left out labels that are not classes of the model: ${unknown.join(", ")}`]),
    "",
    "Per person; rank: share of people like the cross-validated ones who would score this low",
    { headers: ["person", "windows", "macro-F1", "accuracy", "kappa", "rank", ""], rows: personRows },
    "",
    "Per class",
    { headers: ["class", "precision", "recall", "F1", "90 % interval", "windows"], rows: classRows },
    "",
    "Over all windows, with intervals by bootstrap over people; mean ± sd over people",
    { headers: ["", "pooled", "90 % interval", "over people"], rows: metricRows },
    "",
    ...evaluatePromiseText(crossValidation, people),
  ];
}

function evaluatePromiseText(promise: EvaluateResult["crossValidation"], people: EvaluateResult["people"]): string[] {
  const { promised, found, difference, lowest, highest, verdict } = promise;
  const verdicts = {
    kept: "the promise is kept",
    better: "these people are classified better than promised",
    worse: "these people are classified worse than promised",
  } as const;
  const outside = people.filter(({ within }) => !within).map(({ user }) => user);
  return [
    `promised   macro-F1 ${fixedNumberText(promised)} over ` +
      `${counted(promise.people, "cross-validated person", "cross-validated people")}, ${fixedNumberText(lowest)} to ` +
      `${fixedNumberText(highest)}`,
    `found      macro-F1 ${fixedNumberText(found)} over ${counted(people.length, "person", "people")}; ` +
      (verdict === null
        ? "one person is not enough to compare"
        : `difference ${evaluateIntervalText(difference)}: ${verdicts[verdict]}`),
    outside.length === 0
      ? "spread     nobody is outside the cross-validated spread"
      : `spread     outside the cross-validated spread: ${outside.join(", ")}`,
  ];
}

function evaluateIntervalText(interval: Interval | null): string {
  return interval === null ? "-" : `${fixedNumberText(interval.low)} to ${fixedNumberText(interval.high)}`;
}
