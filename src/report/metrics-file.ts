// Writes the state of a model's streams to a file for the textfile collector of node_exporter, for users who run `check`
// without a service.

import { type ListedStream, lastEvidenceOfListedStream } from "../monitoring/streams/stream-list.ts";
import { writeFileAtomic } from "../storage/atomic-file.ts";
import { ServiceMetrics, type StreamFigures } from "./service-metrics.ts";

/** The last known state of a listed stream. @param evidence the evidence after the most recent batch that was not rejected */
export function metricsFileFigures(
  model: string,
  { stream, state, last, evidence }: Pick<ListedStream, "stream" | "state" | "last"> & { evidence: number | null },
): StreamFigures {
  return {
    model,
    stream,
    inAlarm: state === "gradual_drift" || state === "sudden_change",
    evidence,
    lastBatchAt: Date.parse(last.received_at) / 1000,
  };
}

/** Replaces the file atomically, because node_exporter may read it at any time. */
export async function writeMetricsFile(path: string, model: string, streams: readonly ListedStream[]): Promise<void> {
  const metrics = new ServiceMetrics();
  for (const own of streams)
    metrics.stream(metricsFileFigures(model, { ...own, evidence: lastEvidenceOfListedStream(own.series) }));
  const text = await metrics.text();
  // Omits counters and histograms, because they would restart at 0 with each command.
  const kept = text.split("\n\n").filter((block) => /^tidemark_(stream|build)/m.test(block));
  await writeFileAtomic(path, `${kept.join("\n\n").trimEnd()}\n`);
}
