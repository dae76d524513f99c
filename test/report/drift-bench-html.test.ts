import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import type { JudgeName } from "../../src/monitoring/drift/bench-figures.ts";
import {
  benchFiguresOfChange,
  benchFiguresWithoutDrift,
  type ChangeFigures,
  type DriftBenchResult,
} from "../../src/monitoring/drift/bench-figures.ts";
import type { DriftVerdict } from "../../src/monitoring/drift/drift-state.ts";
import { driftBenchHtml } from "../../src/report/drift-bench-html.ts";

const judges: readonly JudgeName[] = ["tidemark", "constants", "KS p-value", "every 100"];
const each = <T>(make: (judge: JudgeName) => T): Record<JudgeName, T> =>
  Object.fromEntries(judges.map((judge) => [judge, make(judge)])) as Record<JudgeName, T>;
const stream = (alarmFrom: number, verdict: DriftVerdict = "sudden_change"): DriftVerdict[] =>
  Array.from({ length: 12 }, (_, i) => (i >= alarmFrom ? verdict : "normal"));
const seen = (delays: readonly number[]): Record<JudgeName, ChangeFigures> =>
  each((judge) =>
    benchFiguresOfChange(
      delays.map((delay) => stream(judge === "tidemark" ? 3 + delay : 0)),
      { changeAt: 4, expected: "sudden_change" },
    ),
  );
const still = each((judge) => benchFiguresWithoutDrift([stream(judge === "constants" ? 0 : 12), stream(12)]));

const result: DriftBenchResult = {
  people: ["<b>Ann</b>", "Bo"],
  batch_seconds: 60,
  batches: 12,
  change_at: 4,
  streams: 1,
  day: { bout_seconds: [20, 120] },
  seed: 7,
  arl: 500,
  no_drift: still,
  other_mix: still,
  warnings: ["Ann & Bo are known."],
  no_drift_by_person: each((judge) => [
    benchFiguresWithoutDrift([stream(judge === "constants" ? 0 : 12)]),
    benchFiguresWithoutDrift([stream(12)]),
  ]),
  changes: [
    { name: "offset of 1 sd in one channel", expected: "sudden_change", figures: seen([1, 3]) },
    { name: "5 % of samples lost", expected: "sudden_change", figures: seen([99, 99]) },
  ],
};

describe("the page of drift-bench", () => {
  const page = driftBenchHtml(result);
  const { document } = parseHTML(page);
  const rows = (id: string): string[][] =>
    [...document.querySelectorAll(`#${id} tbody tr`)].map((row) =>
      [...row.querySelectorAll("th, td")].map((cell) => cell.textContent ?? ""),
    );

  it("says on which days", () => {
    const text = (shown: string) => parseHTML(shown).document.body.textContent.replace(/\s+/g, " ");
    expect(text(page)).toContain("12 batches of 60 s per person and change, with bouts of 20 to 120 s.");
    expect(text(driftBenchHtml({ ...result, day: "recorded" }))).toContain("per person and change, in recorded order.");
  });

  it("shows each judge's false alarms, over all and by person", () => {
    expect(rows("no-drift")[0]).toEqual(["tidemark", "0.0 %", "> 24", "0.0 %"]);
    expect(rows("no-drift")[1]).toEqual(["constants", "50.0 %", "24", "50.0 %"]);
    expect(rows("people")).toEqual([
      ["<b>Ann</b>", "0.0 %", "100.0 %", "0.0 %", "0.0 %"],
      ["Bo", "0.0 %", "0.0 %", "0.0 %", "0.0 %"],
    ]);
  });

  it("shows of each change what was seen, when and under which name", () => {
    expect(rows("delays")).toEqual([
      ["offset of 1 sd in one channel", "sudden change", "1.00", "3", "1.00", "1.00", "1.00", "0.00", "0.00", "0.00"],
      ["5 % of samples lost", "sudden change", "0.00", "–", "0.00", "0.00", "–", "0.00", "0.00", "0.00"],
    ]);
    const captions = [...document.querySelectorAll("#changes figcaption")].map((caption) => caption.textContent);
    expect(captions).toEqual(["detected in 100 % of streams; in half of all streams by batch 3", "not detected"]);
  });

  it("is one file that loads nothing, with names as text, words for each chart and equal bytes for equal figures", () => {
    expect(page.replaceAll("http://www.w3.org/", "")).not.toMatch(/https?:|url\(|@import|<script|<link|<b>Ann/);
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
    const charts = [...document.querySelectorAll("svg")];
    expect(charts).toHaveLength(3);
    for (const chart of charts) expect(chart.getAttribute("aria-label")).toMatch(/\w.*\.$/);
    expect(driftBenchHtml(result)).toBe(page);
  });
});
