import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { ServiceWatch } from "../../../src/interfaces/server/watch-service.ts";
import type { ServedStreams } from "../../../src/pipelines/open-service.ts";
import { temporaryDirectory } from "../../storage/temporary-directory.ts";

const silent = (stream: string) =>
  ({
    stream,
    state: "gradual_drift",
    last: { received_at: "2026-11-26T10:00:00.000Z" },
    silence: { silent: true },
    evidence: null,
  }) as unknown as ServedStreams["streams"][number];

it("knows the streams of every project from the start, and tells which are silent", async () => {
  const directory = temporaryDirectory();
  const alerts = join(directory, "alerts.yaml");
  writeFileSync(alerts, JSON.stringify({ targets: { hook: "http://127.0.0.1:9/" }, rules: [{ to: ["hook"] }] }));
  const watch = new ServiceWatch();
  onTestFinished(() => watch.close());
  const streams = ["default", "other"].map((project) => ({
    project,
    model: "walk",
    streams: [silent(`of ${project}`)],
  }));
  const service = { streams: async () => streams, streamNames: async () => [] };
  await watch.start(service, { alerts, shared: false, reporter: { warn: () => {} } });
  const named = async (project: string): Promise<string[]> => {
    const lines = (await watch.metricsOf(project).text()).split("\n");
    return lines.filter((line) => line.startsWith("tidemark_stream_in_alarm"));
  };
  expect(await named("default")).toEqual(['tidemark_stream_in_alarm{model="walk",stream="of default"} 1']);
  expect(await named("other")).toEqual(['tidemark_stream_in_alarm{model="walk",stream="of other"} 1']);
  await vi.waitFor(async () =>
    expect(await watch.metricsOf("default").text()).toContain('tidemark_alerts_undelivered{status="waiting"} 2'),
  );
});

it("forgets a stream that another process has erased, and no stream of a model that cannot be read", async () => {
  const watch = new ServiceWatch();
  onTestFinished(() => watch.close());
  const streams = ["walk", "run"].map((model) => ({
    project: "default",
    model,
    streams: [silent("kept"), silent("erased")],
  }));
  const streamNames = async () => [{ project: "default", model: "walk", names: new Set(["kept"]), retired: [] }];
  const service = { streams: async () => streams, streamNames };
  await watch.start(service, { alerts: undefined, shared: false, reporter: { warn: () => {} } });
  await watch.forgetErased(service);
  const text = await watch.metricsOf("default").text();
  expect([...text.matchAll(/^tidemark_stream_in_alarm\{(.*)\}/gm)].map(([, labels]) => labels).sort()).toEqual([
    'model="run",stream="erased"',
    'model="run",stream="kept"',
    'model="walk",stream="kept"',
  ]);
});
