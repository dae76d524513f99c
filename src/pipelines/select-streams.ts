// Selects and sorts the streams for a list, and counts the streams of each kind. The streams may be those of one model or of
// all models of a service.

import type { StreamList } from "../monitoring/streams/stream-answers.ts";
import {
  isListedStreamInAlarm,
  type SelectableStream,
  sortedListedStreams,
} from "../monitoring/streams/stream-list.ts";
import type { StreamsListConfig } from "../options/resolve-config.ts";

/** Which streams to list. */
export interface StreamSelection extends Partial<Pick<StreamsListConfig, "which" | "search" | "limit">> {
  /** Number of streams to skip at the beginning (default: 0). */
  readonly skip?: number;
}

export interface SelectedStreams<S> extends Pick<StreamList, "counts" | "matching"> {
  readonly streams: S[];
}

/** @param all every stream, including those that are not listed */
export function selectStreams<S extends SelectableStream>(
  all: readonly S[],
  { which = "active", search = "", limit = Number.POSITIVE_INFINITY, skip = 0 }: StreamSelection,
): SelectedStreams<S> {
  const count = (kind: StreamsListConfig["which"]): number => all.filter(isAmong[kind]).length;
  const words = search.toLowerCase();
  const matching = all.filter((own) => isAmong[which](own) && own.stream.toLowerCase().includes(words));
  return {
    counts: {
      total: count("active"),
      alarm: count("alarm"),
      silent: count("silent"),
      rejected: count("rejected"),
      retired: count("retired"),
    },
    matching: matching.length,
    streams: sortedListedStreams(matching).slice(skip, skip + limit),
  };
}

const isAmong: Readonly<Record<StreamsListConfig["which"], (stream: SelectableStream) => boolean>> = {
  active: ({ retired_at }) => retired_at === null,
  alarm: (stream) => stream.retired_at === null && isListedStreamInAlarm(stream),
  silent: ({ retired_at, silence }) => retired_at === null && silence.silent === true,
  rejected: ({ retired_at, last }) => retired_at === null && last.verdict === "rejected",
  retired: ({ retired_at }) => retired_at !== null,
};
