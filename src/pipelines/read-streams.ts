// Reads the data of the service's pages: the streams of all its models, one stream, or one batch.

import type { CheckResult } from "../monitoring/streams/check-result.ts";
import { checkResultSchema } from "../monitoring/streams/check-result-schema.ts";
import { shownBatchFacts } from "../monitoring/streams/shown-batch.ts";
import type { ShownStream } from "../monitoring/streams/stream-answers.ts";
import {
  type ListedStream,
  listedBatches,
  listedStream,
  type SelectableStream,
  selectableStream,
} from "../monitoring/streams/stream-list.ts";
import { parseStoredValue } from "../storage/stored-value.ts";
import type { BatchStatus } from "../storage/stream-store.ts";
import { type SelectedStreams, type StreamSelection, selectStreams } from "./select-streams.ts";
import type { ServedModels } from "./served-models.ts";
import { hasStream, showStreamOf } from "./streams.ts";

/** A stream of one of the service's models. */
export interface FleetStream extends ListedStream {
  /** Name of the model folder. */
  model: string;
}

/** The streams of all models of a service. */
export interface Fleet extends SelectedStreams<FleetStream> {
  /** When the list was made; ISO 8601, UTC. */
  at: string;
  /** Names of the model folders. */
  models: string[];
}

/** A batch with its full result, or with whatever part of the result is still stored. */
export interface ReadBatch {
  model: string;
  /** When the batch arrived; ISO 8601, UTC. */
  received_at: string;
  /** Times of the batch's first and last samples, ISO 8601, UTC; null if unknown. */
  data_from: string | null;
  data_to: string | null;
  status: BatchStatus;
  reason: string | null;
  in_references: boolean;
  result: CheckResult;
}

/** The streams of one project. */
export interface StreamReader {
  /** @param mayRead whether the caller may read a stream; other streams are neither listed nor counted */
  fleet(project: string, mayRead: (stream: string) => boolean, selection: StreamSelection): Promise<Fleet>;
  /** Reads a stream with at most `last` of its newest batches; null if it does not exist. */
  stream(project: string, model: string, stream: string, last: number): Promise<ReadStream | null>;
  /** Reads a batch; null if it does not exist. */
  batch(project: string, model: string, stream: string, batch: string): Promise<ReadBatch | null>;
}

export type ReadStream = ShownStream & { model: string };

/** @param folders returns the names of the model folders */
export function streamReader(
  served: Pick<ServedModels, "ledger" | "namedLedger">,
  folders: () => Promise<string[]>,
  now: () => Date = () => new Date(),
): StreamReader {
  return {
    fleet: async (project, mayRead, selection) => {
      const [models, at] = [await folders(), now()];
      const all: (SelectableStream & { model: string })[] = [];
      for (const model of models) {
        const ledger = await served.ledger(project, model);
        for (const own of (await ledger?.fleet.streams()) ?? []) {
          if (mayRead(own.stream)) all.push({ ...selectableStream(own, at), model });
        }
      }
      const { streams: selected, ...counted } = selectStreams(all, selection);
      const shown = new Map<string, FleetStream>();
      for (const [model, own] of Map.groupBy(selected, ({ model }) => model)) {
        const ledger = await served.ledger(project, model);
        const options = { latest: listedBatches, streams: own.map(({ stream }) => stream) };
        for (const overview of (await ledger?.streams.fleet(options)) ?? []) {
          shown.set(JSON.stringify([model, overview.stream]), { model, ...listedStream(overview, at) });
        }
      }
      // A stream that has been erased in the meantime is left out.
      const streams = selected.flatMap(({ model, stream }) => shown.get(JSON.stringify([model, stream])) ?? []);
      return { at: at.toISOString(), models, ...counted, streams };
    },
    stream: async (project, model, stream, last) => {
      const { folder, ledger } = await served.namedLedger(project, model);
      if (ledger === null || !(await hasStream(ledger.streams, stream))) return null;
      return { model: folder, ...(await showStreamOf(ledger.streams, ledger.modelVersion, stream, { last }, { now })) };
    },
    batch: async (project, model, stream, batch) => {
      const { folder, ledger } = await served.namedLedger(project, model);
      const stored = (await ledger?.streams.find(stream, batch)) ?? null;
      if (stored === null) return null;
      // The stored result contains the name that the stream had at that time.
      const result = { ...parseStoredValue(checkResultSchema, stored.result, `batch "${batch}"`), stream };
      return { model: folder, ...shownBatchFacts(stored), result };
    },
  };
}
