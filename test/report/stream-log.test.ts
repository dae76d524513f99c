import { expect, it } from "vitest";
import { type CheckedBatch, streamLogEvents } from "../../src/report/stream-log.ts";
import { judged, rejected } from "./results.ts";

const classes = Array.from({ length: 14 }, (_, i) => `class ${i}`);
const ks = { ks: 0.1, ks_within_classes: 0.1, psi: 0, wasserstein: 0, jensen_shannon: 0, mean_shift: 0, sd_ratio: 1 };
const comparison = (reference: "baseline" | "anchor" | "rolling") => ({
  reference,
  method: "people" as const,
  p_value: 0.5,
  null_batches: 9,
  as_high: 4,
  resolution: 0.1,
  score: 1,
  channel: "Ax",
  statistic: "ks",
  beyond_chance: false,
  seconds: 5,
  unseen_share: 0,
  exceeded: [],
  channels: { Ax: ks, Ay: ks, Az: ks },
});

function batch(step: number): CheckedBatch {
  const shares = Object.fromEntries(classes.map((name) => [name, 1 / classes.length]));
  const result = judged(1, {
    comparisons: [comparison("baseline"), comparison("anchor"), comparison("rolling")],
    signals: { class_shares: shares, mean_confidence: 1, flip_rate: 0.1, against: {} },
    accuracy: { estimate: 0.9, lower: 0.8, upper: 1 } as NonNullable<ReturnType<typeof judged>["accuracy"]>,
  });
  const receivedAt = new Date(Date.UTC(2026, 0, 1, 0, step)).toISOString();
  return { step, batchId: `b${step}`, contentHash: `${step}`, receivedAt, status: "accepted", result };
}

const batches = Array.from({ length: 102 }, (_, i) => batch(i + 1));

it("has at most 30 metrics, however many classes and channels there are", () => {
  const events = streamLogEvents(batches, [], { tables: true });
  const names = new Set(events.flatMap((event) => (event.type === "metrics" ? Object.keys(event.values) : [])));
  expect(names.size).toBeLessThanOrEqual(30);
  expect([...names]).toEqual(expect.arrayContaining(["verdict", "evidence", "rolling/p_value", "mean_confidence"]));
});

it("keeps every statistic in tables of 100 batches, with the verdict first", () => {
  const last = { ...batches[101]!, result: rejected(1) };
  const events = streamLogEvents([...batches.slice(98, 101), last], batches.slice(0, 98), { tables: true });
  const tables = events.flatMap((event) => (event.type === "artifact" ? [event] : []));
  expect(tables.map(({ path }) => path)).toEqual(["batches-1.json", "batches-101.json"]);
  const [first, second] = tables.map(({ content }) => JSON.parse(content!));
  expect(first.columns.slice(0, 2)).toEqual(["step", "verdict"]);
  expect(first.columns).toEqual(expect.arrayContaining(["class_share/class 13", "rolling/ks/Az"]));
  expect(first.data).toHaveLength(100);
  expect(second.data.map((row: unknown[]) => row.slice(0, 2))).toEqual([
    [101, "normal"],
    [102, "rejected"],
  ]);
});

it("ends the run with its last batch, and shows the verdict first", () => {
  const events = streamLogEvents(batches.slice(0, 2), [], { tables: false });
  expect(events.some(({ type }) => type === "artifact")).toBe(false);
  expect(events).toContainEqual({ type: "status", run: "stream", status: "FINISHED", at: Date.UTC(2026, 0, 1, 0, 2) });
  const tags = events.find((event) => event.type === "tags")!.tags;
  expect(tags["mlflow.note.content"]).toMatch(/^\*\*normal\*\* after batch 2 \(b2\)\n/);
  expect(tags).not.toHaveProperty("mlflow.loggedArtifacts");
});
