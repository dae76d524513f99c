import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { alarmShare } from "../../src/alarm-share.ts";
import type { CheckResult } from "../../src/monitoring/streams/check-result.ts";
import { judgeBatch, judgeRejectedBatch } from "../../src/monitoring/streams/judge-batch.ts";
import type { StreamState } from "../../src/monitoring/streams/stream-state.ts";
import type { BatchMeasurement } from "../../src/monitoring/summaries/batch-measurement.ts";
import { type BatchPageInput, batchHtml } from "../../src/report/batch-html.ts";
import { batchPicture } from "../../src/report/batch-picture.ts";
import { batchPictureMixSection } from "../../src/report/batch-picture-sections.ts";
import { type EvidencePoint, evidenceChart } from "../../src/report/evidence-chart.ts";
import { type GeneratedBatch, judgeOf, measured } from "../pipelines/generated-stream.ts";

const judge = judgeOf(2, "people");
const config = { thresholds: "calibrated", alpha: 0.05, arl: 500, accept: false } as const;
const name = "<b>Mon & Tue</b>";

const stretch = (label: number, kind: "usual" | "huge") => ({ label, rows: 40, kind });
const batchOf = (seed: number, kind: "usual" | "huge"): GeneratedBatch => ({
  stretches: Array.from({ length: 20 }, (_, i) => stretch(i % 2, kind)),
  assurance: "sure",
  seed,
  times: 1,
});

/**
 * Returns the page's input for a batch with values that no sensor could measure.
 * @param usual number of ordinary batches before it
 */
function pageInput(usual: number): BatchPageInput & { result: Extract<CheckResult, { comparisons: unknown }> } {
  const past: BatchMeasurement[] = [];
  const evidence: EvidencePoint[] = [];
  let state: StreamState | null = null;
  const size = judge.monitored.referenceBatches;
  for (let i = 0; ; i++) {
    const isLast = i === usual;
    const batch = measured(batchOf(i, isLast ? "huge" : "usual"), judge);
    const memory = { rolling: past.slice(-size), anchor: past.slice(0, size), evidence: state, batchesBefore: i };
    const facts = {
      batchId: isLast ? name : `b${i}`,
      stream: "wrist",
      modelVersion: "1",
      checkedAt: "2026-11-28T10:00:00.000Z",
    };
    const decision = judgeBatch(batch, memory, judge, config, facts);
    const { result } = decision;
    if (result.verdict === "rejected" || decision.verdict === "rejected") throw new Error("expected a judged batch");
    evidence.push({ batch_id: facts.batchId, verdict: result.verdict, share: alarmShare(result) });
    if (!isLast) {
      past.push(batch.measurement);
      state = decision.evidence;
      continue;
    }
    const full = memory.rolling.length === size ? memory : { rolling: [], anchor: [] };
    const picture = batchPicture(batch.measurement, full, {
      classes: judge.drift.classes,
      edges: judge.drift.edges,
      units: { Ax: "m/s^2" },
      baseline: { byClass: judge.drift.by_class, signals: judge.drift.signals },
    });
    const dataTime = { from: "2026-11-28T09:55:00.000Z", to: "2026-11-28T10:00:00.000Z" };
    return { result, dataTime, picture, evidence, accept: `tidemark reference accept -- '${name}'`, known: false };
  }
}

interface Element {
  readonly textContent: string;
  getAttribute(name: string): string | null;
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element>;
}
const parse = (page: string): Element => (parseHTML(page) as { document: Element }).document;
const all = (root: Element, selector: string): Element[] => [...root.querySelectorAll(selector)];
const textOf = (element: Element | null): string => element?.textContent.replace(/\s+/g, " ").trim() ?? "";

describe("the page of a batch in alarm", () => {
  const input = pageInput(7);
  const page = batchHtml(input);
  const document = parse(page);

  it("is one file that loads nothing and runs nothing, and escapes names", () => {
    expect(page.replaceAll("http://www.w3.org/", "")).not.toMatch(
      /https?:|url\(|@import|<script|<link|<img|<iframe|\son[a-z]+=/i,
    );
    expect(page).not.toContain("<b>Mon");
    for (const link of all(document, "nav [href]"))
      expect(document.querySelector(link.getAttribute("href")!)).not.toBeNull();
  });

  it("says the verdict and why before anything else", () => {
    expect(input.result.verdict).not.toBe("normal");
    const sections = all(document, "main > section h2").map(textOf);
    expect(sections).toEqual([
      "Verdict and reasons",
      "Evidence relative to the alarm level",
      `${input.result.comparisons.find(({ reference }) => reference === input.result.leading)!.channel} by activity`,
      "Channels",
      "Activities",
      "Estimated accuracy",
      "Distances",
      "Data quality",
    ]);
    expect(textOf(document.querySelector(".lead"))).toContain(
      "wrist, data from 2026-11-28 09:55 to 10:00 UTC, checked",
    );
    const reasons = textOf(document.querySelector(".reasons"));
    expect(reasons).toContain(`in alarm since batch ${name}`);
    expect(reasons).toMatch(/The evidence is .* the alarm level\./);
    expect(textOf(document.querySelector("section code"))).toBe(`tidemark reference accept -- '${name}'`);
  });

  it("draws every channel over its references, by class too", () => {
    const cards = all(document, "#channels figure");
    expect(cards.map((card) => textOf(card.querySelector("h3")).replace(" – furthest away", ""))).toEqual(
      Object.keys(judge.drift.edges),
    );
    for (const card of cards) expect(all(card, "svg")).toHaveLength(2);
    for (const chart of all(document, "svg")) expect(chart.getAttribute("aria-label")).toMatch(/\.$|\d$/);
    const legend = textOf(document.querySelector("#channels .legend"));
    const size = judge.monitored.referenceBatches;
    expect(legend).toBe(
      `training data the stream's first ${size} batches the stream's last ${size} batches this batch`,
    );
  });

  it("gives the same bytes again, and is small enough for an e-mail", () => {
    expect(batchHtml(pageInput(7))).toBe(page);
    expect(page.length).toBeLessThan(500_000);
  });
});

it("draws more than axes in every chart", () => {
  const input = pageInput(7);
  const accuracy = { estimate: 0.7, lower: 0.4, upper: 1, coverage: 0.9, rehearsed: true };
  const charts = all(parse(batchHtml({ ...input, result: { ...input.result, accuracy } })), "svg");
  expect(charts.some((chart) => chart.getAttribute("aria-label")!.startsWith("Estimated accuracy"))).toBe(true);
  for (const chart of charts) {
    const parts = all(chart, "g[data-part]").map((part) => part.getAttribute("data-part")!);
    expect(parts.filter((part) => !/axis|grid/.test(part))).not.toEqual([]);
  }
});

it("compares a stream's first batch with the training data only, and says so", () => {
  const input = pageInput(0);
  const document = parse(batchHtml(input));
  expect(textOf(document.querySelector("#channels .legend"))).toBe("training data this batch");
});

it("shows each class's own share if the names of the classes are numbers", () => {
  const { result, picture } = pageInput(0);
  // An object yields such keys in the order of the numbers; a model's classes are in the order of their characters.
  const signals = { ...result.signals, class_shares: { "10": 0.75, "9": 0.25 } };
  const numbered = {
    ...picture!,
    classes: ["10", "9"],
    class_mix: [{ source: "batch" as const, shares: [0.75, 0.25] }],
  };
  const { body } = batchPictureMixSection({ ...result, signals }, numbered);
  expect(String(body)).toContain("Share of windows by predicted class: 10 75 %, 9 25 %.");
});

it("shows what a rejected batch lacks, and says that a known answer is an earlier one", () => {
  const facts = { batchId: "b", stream: "s", modelVersion: "1", checkedAt: "2026-11-28T10:00:00.000Z" };
  const fault = {
    code: "flat",
    message: "Ax is constant",
    expected: "movement",
    found: "1.5",
    advice: "look at the sensor",
  };
  const { result } = judgeRejectedBatch([fault as never], facts);
  const evidence = [{ batch_id: "b", verdict: "rejected" as const, share: null }];
  const document = parse(batchHtml({ result, dataTime: null, picture: null, evidence, accept: "", known: true }));
  expect(textOf(document.querySelector("h1"))).toBe("Rejected: batch b");
  expect(textOf(document.querySelector(".reasons"))).toBe("Ax is constant.");
  expect(all(document, "#reasons tbody td").map(textOf)).toEqual(["movement", "1.5", "Ax is constant"]);
  expect(textOf(document.querySelector(".warnings li"))).toContain("checked earlier");
});

it("keeps evidence of any size inside the chart", () => {
  const shares = [0, 1e-30, 0.5, 1, 1e300, null];
  const points = shares.map(
    (share, i): EvidencePoint => ({
      batch_id: `${i}`,
      verdict: share === null ? "rejected" : share >= 1 ? "sudden_change" : "normal",
      share,
    }),
  );
  const { label, options } = evidenceChart(points, 340);
  expect(label).toBe("Evidence of 6 batches, 2 of them in alarm. Last: more than 100 times the alarm level.");
  expect((options.y as { domain: number[] }).domain).toEqual([1e-4, 100]);
});

it("computes the shares of a picture from the counts alone", () => {
  const { picture } = pageInput(7);
  for (const { values, by_class } of picture!.channels) {
    for (const { shares, percentiles } of [...values, ...by_class.flat()]) {
      const total = shares.reduce((sum, share) => sum + share, 0);
      expect(total).toBeLessThanOrEqual(1 + 1e-9);
      expect([...percentiles].sort((a, b) => a - b)).toEqual(percentiles);
    }
    // The axis range covers at least 99 % of the values from each source.
    for (const { shares } of values) expect(shares.reduce((sum, share) => sum + share, 0)).toBeGreaterThan(0.989);
  }
});
