// Classes that are named by numbers are listed in the order of the numbers.
import { expect, it } from "vitest";
import { evaluateText } from "../../../src/interfaces/cli/evaluate-text.ts";
import { metricTableByClass, printedMetrics } from "../../../src/interfaces/cli/metric-tables.ts";
import type { Block } from "../../../src/interfaces/cli/terminal.ts";
import type { EvaluateResult } from "../../../src/pipelines/evaluate.ts";

const everyMetric = (value: unknown) => Object.fromEntries(printedMetrics.map(([, key]) => [key, value]));
const scores = { precision: 1, recall: 1, f1: 1, support: 3 };
/** The names in the first column of the table with this header. */
const namesIn = (blocks: readonly Block[], header: string): unknown[] =>
  blocks.flatMap((block) =>
    typeof block !== "string" && "rows" in block && block.headers[0] === header ? block.rows.map((row) => row[0]) : [],
  );

it("in the table of train", () => {
  const pooled = { per_class: { "01": scores, "02": scores, "10": scores } };
  const table = metricTableByClass(pooled as unknown as Parameters<typeof metricTableByClass>[0]);
  expect(namesIn([table], "class")).toEqual(["01", "02", "10"]);
});

it("in the table of evaluate", () => {
  const result = {
    people: [],
    pooled: { per_class: { "1": scores, "2": scores, "10": scores } },
    intervals: { ...everyMetric(null), per_class: {} },
    overPeople: everyMetric({ mean: 1, sd: 0 }),
    classes: ["1", "10", "2"],
    windows: 9,
    unknownLabels: {},
    crossValidation: { people: 2, promised: 1, found: 1, difference: null, lowest: 1, highest: 1, verdict: null },
  } as unknown as EvaluateResult;
  expect(namesIn(evaluateText(result), "class")).toEqual(["1", "2", "10"]);
});
