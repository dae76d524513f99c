import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from "vitest";
import type { CheckResult } from "../../src/monitoring/streams/check-result.ts";
import { FleetIndex } from "../../src/monitoring/streams/fleet-index.ts";
import { ServiceTracker } from "../../src/pipelines/track-service.ts";
import { type Clock, systemClock } from "../../src/storage/sender-clock.ts";
import { serverAddress } from "../../src/storage/server-address.ts";
import { FakeMlflow } from "../storage/fake-mlflow.ts";
import { MemoryStreamStore } from "../storage/memory-stream-store.ts";

const start = Date.parse("2026-11-28T10:00:00.000Z");
const rules = { referenceBatches: 2, keptAtEnds: 4, since: "2026", bytes: 1e9, shorten: (result: unknown) => result };
const mlflow = new FakeMlflow();
beforeAll(() => mlflow.open());
afterAll(() => mlflow.close());
beforeEach(() => mlflow.reset());

/** Returns a tracker whose intervals end when the test says so. */
function tracking(streams?: string) {
  let minute = 0;
  let pass = (): void => {};
  let idle = Promise.withResolvers<void>();
  const warnings: string[] = [];
  const clock: Clock = {
    now: () => performance.now(),
    sleep: (ms, signal) =>
      ms < 300_000
        ? systemClock.sleep(ms, signal)
        : new Promise((resolve) => {
            pass = resolve;
            idle.resolve();
            if (signal?.aborted) resolve();
            signal?.addEventListener("abort", () => resolve());
          }),
  };
  const stores = new Map(["walk", "run"].map((model) => [model, new MemoryStreamStore()]));
  const tracker = new ServiceTracker({
    server: serverAddress(mlflow.uri, {})!,
    experiment: "walking",
    streams,
    models: "/nowhere",
    lockIn: null,
    clock,
    now: () => new Date(start + 60_000 * minute),
    reporter: { warn: (message) => warnings.push(message) },
    ledgers: async () =>
      [...stores].map(([model, store]) => ({
        project: "default",
        model,
        ledger: { modelVersion: `${model} 1`, streams: store, fleet: new FleetIndex(store) },
      })),
  });
  const bring = async (model: string, stream: string, batchId: string): Promise<void> => {
    const result = rejectedBatch(stream, batchId);
    const headline = { verdict: "rejected", state: "sudden_change", since: null, confirmed: true, evidence: null };
    await stores.get(model)!.record(
      { stream, batchId, contentHash: batchId, receivedAt: new Date(start).toISOString() },
      () => ({
        status: "rejected",
        reason: null,
        inReferences: false,
        summary: null,
        figures: null,
        result,
        state: 1,
        headline: { ...headline, reference: null, channel: null },
      }),
      rules,
    );
    tracker.judged({ project: "default", model, stream, result });
  };
  const interval = async (): Promise<void> => {
    minute += 5;
    await idle.promise;
    idle = Promise.withResolvers();
    pass();
    // The tracker sleeps again as soon as it has sent everything.
    await idle.promise;
  };
  tracker.start();
  onTestFinished(() => tracker.close());
  return { tracker, warnings, bring, interval };
}

function rejectedBatch(stream: string, batchId: string): CheckResult {
  return {
    schema_version: 1,
    batch_id: batchId,
    stream,
    model_version: "1",
    checked_at: new Date(start).toISOString(),
    verdict: "rejected",
    reasons: [{ code: "flat", message: "flat", expected: "movement", found: "none" }],
  };
}

const named = (key: string, run = 0): number[] =>
  mlflow.runs[run]!.metrics.filter((metric) => metric.key === key).map(({ value }) => value);

it("has one run per model with a point per interval, however many streams there are, and no run for a model without streams", async () => {
  const { tracker, warnings, bring, interval } = tracking();
  for (let i = 0; i < 50; i++) await bring("walk", `wrist-${i}`, "1");
  await interval();
  await bring("walk", "wrist-0", "2");
  await interval();
  expect(mlflow.runs).toHaveLength(1);
  expect(named("streams")).toEqual([50, 50]);
  expect(named("streams_in_alarm")).toEqual([50, 50]);
  expect(named("batches")).toEqual([50, 51]);
  expect(new Set(mlflow.runs[0]!.metrics.map(({ key }) => key)).size).toBeLessThanOrEqual(30);
  expect(new Set(mlflow.runs[0]!.metrics.map(({ step }) => step)).size).toBe(2);
  expect(mlflow.runs[0]!.tags["mlflow.note.content"]).toContain("50 streams: 50 in alarm");
  await tracker.close();
  expect(mlflow.bodies("runs/update").at(-1)).toMatchObject({ status: "FINISHED" });
  expect(warnings).toEqual([]);
});

it("sends what a server missed to the same run when it is back, and warns once", async () => {
  const { warnings, bring, interval } = tracking();
  await bring("walk", "wrist-0", "1");
  await interval();
  mlflow.refuse = ({ path }) => (path === "runs/log-batch" ? { status: 403, message: "no" } : undefined);
  for (const batch of ["2", "3"]) {
    await bring("walk", "wrist-0", batch);
    await interval();
  }
  expect(warnings.filter((text) => text.startsWith("the tracking server did not accept everything"))).toHaveLength(1);
  mlflow.refuse = () => undefined;
  await bring("walk", "wrist-0", "4");
  await interval();
  expect(mlflow.runs).toHaveLength(1);
  expect(named("batches")).toEqual([1, 2, 3, 4]);
});

it("has runs for streams only on request", async () => {
  const { bring, interval } = tracking("wrist-1*");
  for (const stream of ["wrist-0", "wrist-1", "wrist-10"]) await bring("walk", stream, "1");
  await interval();
  expect(mlflow.runs.map(({ tags }) => tags["tidemark.stream"])).toEqual([undefined, "wrist-1", "wrist-10"]);
  await bring("walk", "wrist-1", "2");
  await interval();
  expect(mlflow.runs).toHaveLength(3);
  expect(named("verdict", 1)).toEqual([-1, -1]);
});
