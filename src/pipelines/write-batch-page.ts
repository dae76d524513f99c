// Collects the content of a batch's page and writes the page.

import { alarmShare } from "../alarm-share.ts";
import type { CheckResult } from "../monitoring/streams/check-result.ts";
import type { StreamMemory } from "../monitoring/streams/monitor-stream.ts";
import { type StreamState, streamSchemas } from "../monitoring/streams/stream-state.ts";
import type { WatchedModel } from "../monitoring/streams/watched-model.ts";
import type { BatchMeasurement } from "../monitoring/summaries/batch-measurement.ts";
import type { BatchPicture, PicturedModel, PicturedPast } from "../report/batch-picture.ts";
import type { EvidencePoint } from "../report/evidence-chart.ts";
import { writeReportPage } from "../report/write-report-page.ts";
import { shellCommand, shellPath } from "../shell-words.ts";
import type { DataTime, StreamStore } from "../storage/stream-store.ts";

/** Maximum number of the stream's batches whose evidence the page shows. */
const mostBatches = 40;

/** The content of a batch's page. */
export interface PagedBatch {
  readonly result: CheckResult;
  readonly dataTime: DataTime | null;
  readonly known: boolean;
  /** Summaries and network output; null if the batch was rejected. */
  readonly measurement: BatchMeasurement | null;
  /** The state of the stream with which the batch was judged, or the current state if the batch had already been checked. */
  readonly memory: Pick<StreamMemory<StreamState>, "rolling" | "anchor">;
}

/** @param out path of the page */
export async function writeBatchPage(
  out: string,
  batch: PagedBatch,
  { watched, store }: { readonly watched: WatchedModel; readonly store: StreamStore },
): Promise<void> {
  const { result, dataTime, known, measurement, memory } = batch;
  const [{ batchHtml }, { batchPicture }] = await Promise.all([
    import("../report/batch-html.ts"),
    import("../report/batch-picture.ts"),
  ]);
  const { directory } = watched.monitored;
  const picture: BatchPicture | null =
    measurement === null || result.verdict === "rejected"
      ? null
      : batchPicture(measurement, batchPagePast(memory, watched), batchPageModel(watched));
  const { batch_id, stream } = result;
  const words = ["reference", "accept", "--model", shellPath(directory), "--stream", stream, "--", batch_id];
  const page = batchHtml({
    result,
    dataTime,
    picture,
    known,
    evidence: await batchPageEvidence(batch_id, stream, store),
    accept: shellCommand("tidemark", ...words),
  });
  await writeReportPage(out, page);
}

/** The references that are drawn together with the batch; incomplete ones are left out. */
export function batchPagePast(
  { anchor, rolling }: PagedBatch["memory"],
  { monitored: { referenceBatches } }: Pick<WatchedModel, "monitored">,
): PicturedPast {
  const full = (past: readonly BatchMeasurement[]) => (past.length >= referenceBatches ? past : []);
  return { anchor: full(anchor), rolling: full(rolling) };
}

/** The model's training data in the form that charts need. */
export function batchPageModel({
  model,
  drift,
  sensors,
}: Pick<WatchedModel, "model" | "drift" | "sensors">): PicturedModel {
  const units = sensors.flatMap(({ name, channels, unit }) => [
    ...channels.map((channel) => [channel, unit] as const),
    [`${name} magnitude`, unit] as const,
  ]);
  return {
    classes: drift.classes,
    edges: Object.fromEntries(Object.entries(model.baseline).map(([name, { edges }]) => [name, edges])),
    units: Object.fromEntries(units),
    baseline: { byClass: drift.by_class, signals: drift.signals },
  };
}

async function batchPageEvidence(batchId: string, stream: string, store: StreamStore): Promise<EvidencePoint[]> {
  const { batches } = await store.page(stream, { limit: mostBatches, fromEnd: true });
  const points = batches.flatMap((batch): EvidencePoint[] => {
    const parsed = streamSchemas.result.safeParse(batch.result);
    return parsed.success ? [batchPageEvidencePoint(parsed.data)] : [];
  });
  const own = points.findIndex(({ batch_id }) => batch_id === batchId);
  return own < 0 ? points : points.slice(0, own + 1);
}

function batchPageEvidencePoint(result: CheckResult): EvidencePoint {
  const { batch_id, verdict } = result;
  return { batch_id, verdict, share: result.verdict === "rejected" ? null : alarmShare(result) };
}
