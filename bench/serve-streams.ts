// Fills a store with streams whose references are full, as in a service that has run for some time. One stream is
// judged, and the others are copies of it.

import { globSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openModelLedgerStore } from "../src/monitoring/streams/model-ledger.ts";
import { openModelHandle } from "../src/pipelines/model-handle.ts";
import { monitorFile } from "../src/storage/monitor-database.ts";

const streamOfServeBench = (i: number): string => `device-${String(i).padStart(6, "0")}`;

/**
 * @param directory folder of the store
 * @param summaries summaries of each stream's batches
 * @returns the names of the streams
 */
export async function fillServeStore(
  directory: string,
  model: string,
  summaries: readonly Uint8Array[],
  streams: number,
): Promise<string[]> {
  const store = await openModelLedgerStore(`sqlite:${directory}`);
  const handle = await openModelHandle(model, { store });
  for (const [i, summary] of summaries.entries()) {
    const options = { stream: streamOfServeBench(0), batchId: `before ${i}`, accept: true, tracking: "none" };
    await handle.checkSummary(summary, options);
  }
  await handle.close();
  await store.close();
  const [file] = globSync(join(directory, "**", monitorFile));
  using database = new DatabaseSync(file!);
  const first = streamOfServeBench(0);
  const names = Array.from({ length: streams }, (_, i) => streamOfServeBench(i));
  const copies = "(SELECT key AS n, value AS own FROM json_each(?) WHERE key > 0)";
  const copy = (table: string, columns: string, own: string, name = "stream"): void => {
    database
      .prepare(`INSERT INTO ${table} (${columns}) SELECT ${own} FROM ${table}, ${copies} WHERE ${name} = ?`)
      .run(JSON.stringify(names), first);
  };
  const sequence = `sequence + n * ${summaries.length}`;
  const batch = "batch_id, content_hash, received_at, status, reason, in_window, figures, result, whole, headline";
  const counts = "accepted, doubtful, alarmed, rejected, excluded";
  const row = "state, reference_changed_at, batches, version";
  database.exec("BEGIN");
  copy("streams", `name, ${row}`, `own, ${row}`, "name");
  copy("overviews", `stream, ${counts}`, `own, ${counts}`);
  copy("batches", `sequence, stream, ${batch}`, `${sequence}, own, ${batch}`);
  copy("summaries", "sequence, stream, summary", `${sequence}, own, summary`);
  database.exec("COMMIT");
  return names;
}
