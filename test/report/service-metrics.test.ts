import { describe, expect, it } from "vitest";
import { ServiceMetrics } from "../../src/report/service-metrics.ts";
import { alarmed, judged, rejected } from "./results.ts";

const linesOf = async (metrics: ServiceMetrics, pattern: RegExp): Promise<string[]> =>
  (await metrics.text()).split("\n").filter((line) => pattern.test(line) && !line.startsWith("#"));

describe("the metrics of a service", () => {
  it("count verdicts, and say which streams are in alarm, also after a rejected batch", async () => {
    const metrics = new ServiceMetrics();
    metrics.judged("walk", judged(1));
    metrics.judged("walk", alarmed(2, 2));
    metrics.judged("walk", rejected(3));
    for (const seconds of [0.03, 0.04, 0.01]) metrics.took("walk", seconds);
    expect(await linesOf(metrics, /^tidemark_batches_total/)).toEqual([
      'tidemark_batches_total{model="walk",verdict="normal"} 1',
      'tidemark_batches_total{model="walk",verdict="gradual_drift"} 0',
      'tidemark_batches_total{model="walk",verdict="sudden_change"} 1',
      'tidemark_batches_total{model="walk",verdict="rejected"} 1',
    ]);
    expect(await linesOf(metrics, /^tidemark_stream/)).toEqual([
      'tidemark_stream_in_alarm{model="walk",stream="wrist-7"} 1',
      'tidemark_stream_evidence_ratio{model="walk",stream="wrist-7"} 2',
      `tidemark_stream_last_batch_timestamp_seconds{model="walk",stream="wrist-7"} ${Date.UTC(2026, 0, 1, 3) / 1000}`,
      'tidemark_streams_in_alarm{model="walk"} 1',
      "tidemark_stream_series_left_out 0",
    ]);
    expect(await linesOf(metrics, /duration_seconds_(count|bucket.*le="0.025")/)).toEqual([
      'tidemark_batch_duration_seconds_bucket{le="0.025",model="walk"} 1',
      'tidemark_batch_duration_seconds_count{model="walk"} 3',
    ]);
  });

  it("limit the number of series, and prefer streams in alarm", async () => {
    const metrics = new ServiceMetrics({ maxStreams: 2 });
    const figures = { model: "m", evidence: 0, lastBatchAt: 0 };
    for (const stream of ["a", "b", "c"]) metrics.stream({ ...figures, stream, inAlarm: false });
    for (const stream of ["d", "e", "f"]) metrics.stream({ ...figures, stream, inAlarm: true });
    expect(await linesOf(metrics, /in_alarm|left_out/)).toEqual([
      'tidemark_stream_in_alarm{model="m",stream="d"} 1',
      'tidemark_stream_in_alarm{model="m",stream="e"} 1',
      'tidemark_streams_in_alarm{model="m"} 3',
      "tidemark_stream_series_left_out 4",
    ]);
  });

  it("forget an erased stream", async () => {
    const metrics = new ServiceMetrics({ maxStreams: 1 });
    const figures = { model: "m", evidence: 1, lastBatchAt: 0, inAlarm: true };
    for (const stream of ["a", "b"]) metrics.stream({ ...figures, stream });
    metrics.erase({ model: "m", stream: "c" });
    expect(await linesOf(metrics, /streams_in_alarm|left_out/)).toEqual([
      'tidemark_streams_in_alarm{model="m"} 2',
      "tidemark_stream_series_left_out 1",
    ]);
    for (const stream of ["a", "b"]) metrics.erase({ model: "m", stream });
    expect(await linesOf(metrics, /^tidemark_stream/)).toEqual([
      'tidemark_streams_in_alarm{model="m"} 0',
      "tidemark_stream_series_left_out 0",
    ]);
  });

  it("leave out streams that the reader may not see", async () => {
    const metrics = new ServiceMetrics();
    for (const stream of ["mine-1", 'o"ther', 'mine-"2'])
      metrics.stream({ model: "m", stream, inAlarm: true, evidence: 1, lastBatchAt: 0 });
    const text = await metrics.text((stream) => stream.startsWith("mine"));
    expect(text.match(/stream="[^}]*/g)).toEqual(Array(3).fill(['stream="mine-1"', 'stream="mine-\\"2"']).flat());
    expect(text).toContain('tidemark_streams_in_alarm{model="m"} 3');
  });

  it("show each reader only what it may see, whatever characters the names have", async () => {
    const metrics = new ServiceMetrics();
    const names = ["\t", "\r", "\0", "\u2028", "\\n", "\n", 'a",stream="mine', "\\"];
    for (const stream of names)
      metrics.stream({ model: "m\u2028", stream, inAlarm: true, evidence: null, lastBatchAt: 0 });
    const asked: string[] = [];
    const text = await metrics.text((stream) => {
      asked.push(stream);
      return false;
    });
    expect(new Set(asked)).toEqual(new Set(names));
    expect(text).not.toMatch(/^tidemark_stream_in_alarm\{/m);
  });

  it("show names as they are", async () => {
    const metrics = new ServiceMetrics();
    metrics.stream({ model: 'a"b\\', stream: "x\ny", inAlarm: true, evidence: null, lastBatchAt: 0 });
    expect(await linesOf(metrics, /stream_in_alarm/)).toEqual([
      'tidemark_stream_in_alarm{model="a\\"b\\\\",stream="x\\ny"} 1',
    ]);
  });
});
