import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { ServiceWatch } from "../../../src/interfaces/server/watch-service.ts";
import type { ServedStreams, Service } from "../../../src/pipelines/open-service.ts";
import { alarmed } from "../../report/results.ts";
import { temporaryDirectory } from "../../storage/temporary-directory.ts";

const silent = (stream: string) =>
  ({
    stream,
    state: "gradual_drift",
    last: { received_at: "2026-11-26T10:00:00.000Z" },
    silence: { silent: true },
    evidence: null,
  }) as unknown as ServedStreams["streams"][number];

/** Writes rules by which all messages go to a port on which nothing listens, and returns the file's path. */
function alertsFile(): string {
  const path = join(temporaryDirectory(), "alerts.yaml");
  writeFileSync(path, JSON.stringify({ targets: { hook: "http://127.0.0.1:9/" }, rules: [{ to: ["hook"] }] }));
  return path;
}

/** The labels of the streams in alarm. */
const inAlarm = async (watch: ServiceWatch): Promise<string[]> =>
  [...(await watch.metricsOf("default").text()).matchAll(/^tidemark_stream_in_alarm\{(.*)\} 1$/gm)].map(
    ([, labels]) => labels!,
  );

/** Waits until the given number of messages is waiting to be sent. */
const waiting = (watch: ServiceWatch, count: number): Promise<void> =>
  vi.waitFor(async () =>
    expect(await watch.metricsOf("default").text()).toContain(`tidemark_alerts_undelivered{status="waiting"} ${count}`),
  );

it("knows the streams of every project from the start, and which of them are silent", async () => {
  const watch = new ServiceWatch();
  onTestFinished(() => watch.close());
  const streams = ["default", "other"].map((project) => ({
    project,
    model: "walk",
    streams: [silent(`of ${project}`)],
    retired: [],
  }));
  const service = { streams: async () => streams };
  await watch.start(service, { alerts: alertsFile(), shared: false, reporter: { warn: () => {} } });
  const named = async (project: string): Promise<string[]> => {
    const lines = (await watch.metricsOf(project).text()).split("\n");
    return lines.filter((line) => line.startsWith("tidemark_stream_in_alarm"));
  };
  expect(await named("default")).toEqual(['tidemark_stream_in_alarm{model="walk",stream="of default"} 1']);
  expect(await named("other")).toEqual(['tidemark_stream_in_alarm{model="walk",stream="of other"} 1']);
  await waiting(watch, 2);
});

it("counts the batches of each project that wait for their verdict", async () => {
  const watch = new ServiceWatch();
  onTestFinished(() => watch.close());
  const verdicts = [Promise.withResolvers<never>(), Promise.withResolvers<never>()];
  let next = 0;
  const service = { judge: () => verdicts[next++]!.promise, decide: async () => ({}) as never };
  const { judge } = watch.watched<Pick<Service, "judge" | "decide">>(service);
  const of = (project: string) => ({ project, model: "walk", stream: "a" }) as Parameters<Service["judge"]>[0];
  const counted = async (project: string): Promise<string | undefined> =>
    /^tidemark_batches_waiting (.*)$/m.exec(await watch.metricsOf(project).text())?.[1];
  const judging = [judge(of("default")), judge(of("other"))];
  expect([await counted("default"), await counted("other")]).toEqual(["1", "1"]);
  verdicts[0]!.resolve({ known: true } as never);
  verdicts[1]!.reject(new Error("no disk"));
  await Promise.allSettled(judging);
  expect([await counted("default"), await counted("other")]).toEqual(["0", "0"]);
});

it("ends the incidents of streams that were retired here or by another process", async () => {
  const watch = new ServiceWatch();
  onTestFinished(() => watch.close());
  const model = "walk";
  const stored = (streams: string[], retired: string[]) => ({
    streams: async () => [{ project: "default", model, streams: streams.map(silent), retired }],
  });
  await watch.start(stored(["here", "elsewhere", "active"], []), {
    alerts: alertsFile(),
    shared: false,
    reporter: { warn: () => {} },
  });
  await waiting(watch, 3);
  const decide: Service["decide"] = async () => ({ model, changed: true, batches: null });
  const watched = watch.watched({ decide, judge: () => Promise.reject(new Error("not called")) });
  const decision = { project: "default", model, stream: "here", batch: null, who: "ann", reason: "lost" };
  await watched.decide({ ...decision, action: "retire" });
  await waiting(watch, 4);
  expect(await inAlarm(watch)).toEqual(['model="walk",stream="elsewhere"', 'model="walk",stream="active"']);
  for (let i = 0; i < 2; i++) await watch.refresh(stored(["active"], ["here", "elsewhere"]));
  await waiting(watch, 5);
  expect(await inAlarm(watch)).toEqual(['model="walk",stream="active"']);
});

it("forgets a stream that another process has erased, and no stream of a model that cannot be read", async () => {
  const watch = new ServiceWatch();
  onTestFinished(() => watch.close());
  const stored = (models: string[], streams: string[]) => ({
    streams: async () =>
      models.map((model) => ({ project: "default", model, streams: streams.map(silent), retired: [] })),
  });
  await watch.start(stored(["walk", "run"], ["kept", "erased"]), {
    alerts: undefined,
    shared: false,
    reporter: { warn: () => {} },
  });
  await watch.refresh(stored(["walk"], ["kept"]));
  expect((await inAlarm(watch)).sort()).toEqual([
    'model="run",stream="erased"',
    'model="run",stream="kept"',
    'model="walk",stream="kept"',
  ]);
});

it("takes over what other replicas have judged, but not what was stored before its own verdicts", async () => {
  const watch = new ServiceWatch();
  onTestFinished(() => watch.close());
  const calm = (stream: string) => ({ ...silent(stream), state: "normal" }) as ReturnType<typeof silent>;
  const stored = (...streams: ReturnType<typeof silent>[]) => [
    { project: "default", model: "walk", streams, retired: [] },
  ];
  await watch.start(
    { streams: async () => stored(calm("theirs"), silent("ended"), calm("ours")) },
    { alerts: undefined, shared: true, reporter: { warn: () => {} } },
  );
  const read = async () => {
    // The verdict arrives while the store is being read.
    for (const stream of ["ours", "new"])
      watch.judged({ project: "default", model: "walk", stream, batch: "b2", result: { ...alarmed(2, 2), stream } });
    return stored(silent("theirs"), calm("ended"), calm("ours"));
  };
  await watch.refresh({ streams: read });
  expect((await inAlarm(watch)).sort()).toEqual(
    ["new", "ours", "theirs"].map((stream) => `model="walk",stream="${stream}"`),
  );
  expect(await watch.metricsOf("default").text()).toContain('tidemark_streams_in_alarm{model="walk"} 3');
});
