// Tests the output of `check`: evidence is shown on a single scale, and next to each number is the value that it is compared
// with.
import { describe, expect, it } from "vitest";
import { checkStreamsText } from "../../../src/interfaces/cli/check-streams-text.ts";
import { checkText, decisionCheckText } from "../../../src/interfaces/cli/check-text.ts";
import { tableLines } from "../../../src/interfaces/cli/table.ts";
import type { Block } from "../../../src/interfaces/cli/terminal.ts";
import type {
  CheckedChannel,
  CheckedComparison,
  JudgedBatch,
  RejectedBatch,
} from "../../../src/monitoring/streams/check-result.ts";
import { explainCheck } from "../../../src/report/explain-check.ts";

const channel = (chosen: Partial<CheckedChannel> = {}): CheckedChannel => ({
  ks: 0.1,
  ks_within_classes: 0.1,
  psi: 0.01,
  wasserstein: 0.05,
  jensen_shannon: 0.1,
  mean_shift: 0.01,
  sd_ratio: 1,
  score: 0.4,
  ...chosen,
});

const comparison = (chosen: Partial<CheckedComparison> = {}): CheckedComparison => ({
  reference: "rolling",
  method: "people",
  p_value: 0.25,
  null_batches: 480,
  as_high: 119,
  resolution: 0.002,
  score: 0.4,
  channel: "Ax",
  statistic: "ks",
  beyond_chance: false,
  seconds: 60,
  unseen_share: 0,
  exceeded: [],
  channels: { Ax: channel() },
  ...chosen,
});

const judged = (chosen: Partial<JudgedBatch> = {}): JudgedBatch => ({
  schema_version: 1,
  batch_id: "b7",
  stream: "wrist",
  model_version: "1",
  checked_at: "2026-01-01T00:00:00.000Z",
  verdict: "normal",
  confirmed: false,
  alarm_since: null,
  change_point: null,
  entered_references: true,
  doubtful: false,
  unfamiliar: false,
  thresholds: "calibrated",
  rows: 1200,
  windows: 20,
  seconds: 60,
  leading: "rolling",
  comparisons: [comparison()],
  evidence: { value: 4.08, alarm_at: 308_000, share: 4.08 / 308_000, raised_by: null, average_run_length: 500 },
  p_limits: { unfamiliar: 0.05, doubtful: 0.01 },
  references: { window_size: 5, rolling_batches: 5, anchor_batches: 5 },
  signals: {
    class_shares: { walking: 0.75, sitting: 0.25 },
    mean_confidence: 0.9,
    flip_rate: 0.05,
    against: {
      rolling: {
        mix_shift: 0.59,
        confidence_ks: 0.1,
        entropy_ks: 0.1,
        margin_ks: 0.1,
        confidence_shift: -0.04,
        flip_rate_shift: 0.01,
      },
    },
  },
  accuracy: null,
  likely_causes: [],
  warnings: [],
  ...chosen,
});

const textOf = (blocks: readonly Block[]): string =>
  blocks
    .flatMap((block) => (typeof block === "string" ? [block] : "rows" in block ? tableLines(block) : []))
    .join("\n");
const printed = (chosen: Partial<JudgedBatch> = {}): string =>
  textOf(checkText({ result: judged(chosen), known: false }, "model"));
const evidence = (share: number, raised_by: JudgedBatch["evidence"]["raised_by"] = null): JudgedBatch["evidence"] => ({
  value: 500 * share,
  alarm_at: 500,
  share,
  raised_by,
  average_run_length: 500,
});

describe("the accuracy of a check", () => {
  const accuracy = { estimate: 0.91, lower: 0.85, upper: 0.97, coverage: 0.9, rehearsed: true };
  const fault = { kind: "unit", channels: ["Ax"], fault: "is in g instead of m/s^2", weight: 0.9 };
  const line = (chosen: Partial<JudgedBatch>): string | undefined =>
    printed(chosen)
      .split("\n")
      .find((text) => text.startsWith("accuracy"));

  it("is a number with its interval", () => {
    expect(line({ accuracy, accuracy_unknown: null })).toBe(
      "accuracy   about 0.910, 0.850 to 0.970 for 90 % of new people; estimated without labels",
    );
  });

  it("cannot be estimated without a number, and is not mentioned in results of earlier versions", () => {
    const unknown = { accuracy: null, accuracy_unknown: "a network can be confident and wrong" };
    expect(line({ ...unknown, verdict: "sudden_change", likely_causes: [fault] })).toBe(
      "accuracy   cannot be estimated: a network can be confident and wrong",
    );
    expect(line({ accuracy: null })).toBeUndefined();
  });
});

describe("the evidence of a check", () => {
  it.each([
    [{}, "evidence less than 1 % of the alarm level"],
    [{ evidence: evidence(0) }, "evidence 0 % of the alarm level"],
    [{ evidence: evidence(0.42) }, "evidence 42 % of the alarm level"],
    [{ evidence: evidence(0.999) }, "evidence 99 % of the alarm level"],
    [{ verdict: "gradual_drift", evidence: evidence(3.4, "evidence") }, "evidence 3 times the alarm level"],
    [
      { verdict: "sudden_change", evidence: evidence(1e40, "evidence") },
      "evidence more than 100 times the alarm level",
    ],
    [
      { verdict: "sudden_change", evidence: evidence(1, "beyond_chance") },
      "evidence 100 % of the alarm level: this batch alone is further away than chance explains",
    ],
    [
      { verdict: "sudden_change", thresholds: "fixed", evidence: evidence(1.25, "constants") },
      "evidence 125 % of the alarm level: a statistic exceeds its fixed threshold",
    ],
  ] satisfies [Partial<JudgedBatch>, string][])("is a share of the alarm level (%#)", (chosen, line) => {
    expect(printed(chosen).split("\n")).toContain(`           ${line}`);
    expect(textOf(decisionCheckText(judged(chosen)))).toContain(line);
  });

  it("is at least the alarm level in an alarm that an earlier version stored", () => {
    const stored = { value: 0, alarm_at: 308_000, average_run_length: 500 };
    expect(printed({ verdict: "sudden_change", evidence: stored })).toContain("evidence 100 % of the alarm level");
  });

  it("is not mentioned if none can be gathered", () => {
    expect(printed({ comparisons: [comparison({ reference: "baseline" })] })).not.toContain("evidence");
  });
});

it("says why a batch could not be compared, which may be because of its activities", () => {
  const reason = "the batch is too short, or its activities are missing from the training data.";
  const result = judged({ comparisons: [] });
  expect(printed(result)).toContain(`Nothing could be compared: ${reason}`);
  expect(explainCheck(result)).toContain(`Nothing could be compared: ${reason}`);
});

describe("a number of a check", () => {
  it("that marks a batch is printed next to its limit", () => {
    const baseline = comparison({ reference: "baseline", p_value: 0.03 });
    const own = comparison({ p_value: 0.004 });
    const text = printed({ unfamiliar: true, doubtful: true, comparisons: [baseline, own] });
    expect(text).toContain("unfamiliar: unlike the people that the model learned from (p 0.030, at most 0.05)");
    expect(text).toContain("doubtful: unlike the stream's own past (p 0.004, at most 0.01), so kept out");
  });

  it("about the network's output is printed next to the reference's", () => {
    const text = printed();
    expect(text).toContain(
      "compared with the stream's last batches: 59 % total variation distance between the mixes of activities",
    );
    expect(text).toContain("mean confidence 0.900 (there 0.940), flip rate 0.050 (there 0.040)");
  });

  it("shows how many people a p-value is based on, and the smallest p-value that they allow", () => {
    const baseline = comparison({ reference: "baseline", people: 12 });
    const own = comparison({ method: "recordings", people: 1, resolution: 0.02 });
    const text = printed({ comparisons: [baseline, own] });
    expect(text).toContain(
      "calibrated on 12 held-out people (smallest possible p 0.002; p below 0.077 assumes that no new person is more unusual than these)",
    );
    expect(text).toContain(
      "calibrated on 1 held-out person's own recordings (smallest possible p 0.020; p below 0.500",
    );
    expect(printed({ comparisons: [comparison()] })).toMatch(/calibrated on held-out people$/m);
  });

  it("shows how many batches the stream has, and what they are for", () => {
    const references = { window_size: 5, rolling_batches: 0, anchor_batches: 0 };
    expect(printed({ references })).toContain("-> the stream has 1 of the 5 batches that its own references need");
  });
});

describe("the marked channel", () => {
  const channels = { Ax: channel({ ks: 0.5, score: 1.2 }), Gy: channel({ ks: 0.2, score: 6.25 }) };

  it("has the highest score, in the table's last column, even if a distance is smaller than another's", () => {
    const text = printed({ comparisons: [comparison({ channel: "Gy", score: 6.25, channels })] });
    expect(text).toMatch(/^channel .* score$/m);
    expect(text).toMatch(/^Ax .* 1\.2$/m);
    expect(text).toMatch(/^Gy .* 6\.3 {2}<-$/m);
    expect(text).toContain("score: how far KS is above its mean without drift, in standard deviations");
  });

  it("has no score in what an earlier version stored", () => {
    const { score: _, ...earlier } = channel();
    const text = printed({ comparisons: [comparison({ channels: { Ax: earlier } })] });
    expect(text).toMatch(/^channel .* spread$/m);
    expect(text).toMatch(/^Ax .* <-$/m);
  });
});

it("puts the verb of a likely cause in the plural if several channels share the cause", () => {
  const result = judged({
    verdict: "sudden_change",
    likely_causes: [{ kind: "scaled", channels: ["Ax", "Ay"], fault: "is multiplied by 9.81", weight: 0.9 }],
  });
  const streams = [{ stream: "wrist", known: false, result, error: null }];
  const counts = { normal: 0, gradual_drift: 0, sudden_change: 1, rejected: 0, error: 0 };
  const blocks = checkStreamsText({ model_version: "1", exit_code: 2, counts, streams }, "m");
  const [row] = blocks.flatMap((block) => (typeof block === "object" && "rows" in block ? block.rows : []));
  expect(row?.at(-1)).toBe("Ax (rolling); likely Ax, Ay are multiplied by 9.81");
});

it("shows at least the alarm level for an alarm of an earlier version, whose evidence may be 0", () => {
  const evidence = { value: 0, alarm_at: 500, raised_by: "beyond_chance", average_run_length: 500 } as const;
  const streams = [
    { stream: "wrist", known: true, result: judged({ verdict: "sudden_change", evidence }), error: null },
  ];
  const counts = { normal: 0, gradual_drift: 0, sudden_change: 1, rejected: 0, error: 0 };
  const blocks = checkStreamsText({ model_version: "1", exit_code: 2, counts, streams }, "m");
  const [row] = blocks.flatMap((block) => (typeof block === "object" && "rows" in block ? block.rows : []));
  expect(row).toContain("100 %");
});

it("gives the advice that several reasons share once", () => {
  const missing = (name: string) => ({
    code: "schema",
    message: `the model expects a channel "${name}"`,
    advice: "list them with --channels",
    expected: name,
    found: "ax, ay",
  });
  const reasons = [missing("Ax"), missing("Ay"), { ...missing("time"), advice: "name it with --time" }];
  const result = { verdict: "rejected", batch_id: "b", stream: "s", reasons } as unknown as RejectedBatch;
  expect(checkText({ result, known: false }, "models/walk").slice(2, 7)).toEqual([
    'schema: the model expects a channel "Ax"',
    'schema: the model expects a channel "Ay"',
    "  list them with --channels",
    'schema: the model expects a channel "time"',
    "  name it with --time",
  ]);
});
