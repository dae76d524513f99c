// A stream's entry in a list: its state and when that state began, the last batch, whether the stream is silent, and a short
// series of evidence. All of it comes from the headlines of the stream's last batches.
//
// A stream has no schedule, so its own past determines what counts as silence: a stream is silent if the time since its last
// batch exceeds both `silentAfter` usual intervals and the longest interval among its last batches. The usual interval is the
// median of the intervals between these batches. Therefore, a stream that sends its batches once a day does not count as silent
// in between, unless it sends `listedBatches` or more at once.
import { naturalOrder } from "../../natural-order.ts";
import type { BatchStatus, LatestBatch, StreamOverview } from "../../storage/stream-store.ts";
import { storedHeadline } from "./batch-headline.ts";
import type { CheckResult, ReferenceName } from "./check-result.ts";

/** Number of a stream's last batches that its entry in a list is computed from. */
export const listedBatches = 20;

/** Number of usual intervals after which a stream counts as silent. An arbitrary choice. */
const silentAfter = 3;

/** Minimum number of intervals for computing the usual interval. An arbitrary choice. */
const fewestIntervals = 3;

/** A batch in a listed stream's series. */
export interface ListedBatch {
  /** Id of the batch, unique within its stream. */
  batch_id: string;
  /** When the batch arrived; ISO 8601, UTC. */
  received_at: string;
  /** Verdict on the batch; null if its record is damaged. */
  verdict: CheckResult["verdict"] | null;
  /** Status of the batch. */
  status: BatchStatus;
  /** Evidence as a fraction of the alarm level; null for a rejected batch, and if the record is damaged. */
  evidence: number | null;
}

/** Time since a stream's last batch, compared with its usual interval. */
export interface StreamSilence {
  /** Time since the last batch, in seconds. */
  seconds: number;
  /** Median interval between the last batches; null if there are fewer than four batches. */
  usual_interval_seconds: number | null;
  /** Longest interval between the last batches; null if there are fewer than four batches. */
  longest_interval_seconds: number | null;
  /** Time since the last batch divided by the usual interval; null if the usual interval is unknown or 0. */
  usual_intervals: number | null;
  /** Whether the stream is silent; null if its usual interval is unknown or the stream is retired. */
  silent: boolean | null;
}

/** A stream in a list. */
export interface ListedStream {
  /** Name of the stream. */
  stream: string;
  /** Verdict on the last batch that could be judged; null before the first such batch, and after a reset. */
  state: "normal" | "gradual_drift" | "sudden_change" | null;
  /**
   * Time of the batch at which the current alarm began or, if there is none, of the first judged batch since the last alarm or
   * since the start of the stream; ISO 8601, UTC. Null if `state` is null.
   */
  since: string | null;
  /** Whether the kind of drift is final; while it is not, a later batch may change it. Null if `state` is null. */
  confirmed: boolean | null;
  /**
   * Reference that the last judged batch in `series` is furthest from; null if there is no such batch, if nothing could be
   * compared, and after a reset.
   */
  reference: ReferenceName | null;
  /** Channel or signal that is furthest away from `reference`; null if that is null. */
  channel: string | null;
  /** The last batch. */
  last: ListedBatch;
  /** Time since the last batch, compared with the stream's usual interval. */
  silence: StreamSilence;
  /** Number of batches, in total and by status. */
  batches: {
    /** Number of batches, regardless of status. */
    total: number;
  } & Record<BatchStatus, number>;
  /** The last batches, oldest first. */
  series: ListedBatch[];
  /** When the user retired the stream; null if it is in use. */
  retired_at: string | null;
}

/**
 * The part of a stream's entry that filters, sorts and metrics need. It does not depend on the current time, so it can be kept
 * until the stream changes.
 */
export interface IndexedStream
  extends Pick<ListedStream, "stream" | "state" | "since" | "last" | "batches" | "retired_at"> {
  /** Evidence of the last batch that has any; null if there is none. */
  readonly evidence: number | null;
  readonly rhythm: StreamRhythm;
}

/** The fields of a stream by which a list is filtered and sorted. */
export type SelectableStream = Pick<ListedStream, "stream" | "state" | "since" | "last" | "retired_at" | "silence">;

/** The arrival of a stream's last batch, and the intervals between its last batches, in seconds. */
interface StreamRhythm {
  readonly last: number;
  /** Median and longest interval; null if there are too few batches. */
  readonly usual: number | null;
  readonly longest: number | null;
}

/** @param overview the stream's last `listedBatches` batches */
export function indexedStream(overview: StreamOverview): IndexedStream {
  const { stream, state, since, last, batches, series, retired_at } = listedStream(overview, new Date(0));
  const times = overview.latest.map(({ receivedAt }) => Date.parse(receivedAt) / 1000);
  return {
    stream,
    state,
    since,
    last,
    batches,
    retired_at,
    evidence: lastEvidenceOfListedStream(series),
    rhythm: streamRhythm(times),
  };
}

export function selectableStream<S extends IndexedStream>(own: S, now: Date): S & SelectableStream {
  const silence = silenceOfListedStream(own.rhythm, now.getTime() / 1000, { retired: own.retired_at !== null });
  return { ...own, silence };
}

/** Evidence of the last batch that has any; null if there is none. */
export function lastEvidenceOfListedStream(series: readonly ListedBatch[]): number | null {
  return series.findLast(({ evidence }) => evidence !== null)?.evidence ?? null;
}

/** @param overview the stream's counts and its last `listedBatches` batches */
export function listedStream({ stream, counts, hasState, retiredAt, latest }: StreamOverview, now: Date): ListedStream {
  const series = latest.map(streamListBatch);
  const headlines = latest.map(({ headline }) => storedHeadline(headline));
  const current = hasState ? (headlines.at(-1) ?? null) : null;
  const judged = hasState ? (headlines.findLast((own) => own !== null && own.verdict !== "rejected") ?? null) : null;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return {
    stream,
    state: current?.state ?? null,
    since: current?.since ?? null,
    confirmed: current === null || current.state === null ? null : current.confirmed,
    reference: judged?.reference ?? null,
    channel: judged?.channel ?? null,
    last: series.at(-1)!,
    silence: streamListSilence(
      latest.map(({ receivedAt }) => Date.parse(receivedAt) / 1000),
      now.getTime() / 1000,
      {
        retired: retiredAt !== null,
      },
    ),
    batches: { total, ...counts },
    series,
    retired_at: retiredAt,
  };
}

function streamListBatch({ batchId, receivedAt, status, headline }: LatestBatch): ListedBatch {
  const { verdict = null, evidence = null } = storedHeadline(headline) ?? {};
  return { batch_id: batchId, received_at: receivedAt, verdict, status, evidence };
}

/** @param times times of the last batches in seconds, oldest first; at least one */
export function streamListSilence(
  times: readonly number[],
  now: number,
  options: { readonly retired?: boolean } = {},
): StreamSilence {
  return silenceOfListedStream(streamRhythm(times), now, options);
}

function streamRhythm(times: readonly number[]): StreamRhythm {
  const last = times.at(-1)!;
  const intervals = times.slice(1).map((time, i) => Math.max(0, time - times[i]!));
  if (intervals.length < fewestIntervals) return { last, usual: null, longest: null };
  intervals.sort((a, b) => a - b);
  const middle = intervals.length / 2;
  const usual =
    intervals.length % 2 === 1 ? intervals[Math.floor(middle)]! : (intervals[middle - 1]! + intervals[middle]!) / 2;
  return { last, usual, longest: intervals.at(-1)! };
}

function silenceOfListedStream(
  { last, usual, longest }: StreamRhythm,
  now: number,
  { retired = false }: { readonly retired?: boolean },
): StreamSilence {
  const seconds = listedMilliseconds(Math.max(0, now - last));
  if (usual === null || longest === null) {
    const unknown = { usual_interval_seconds: null, longest_interval_seconds: null, usual_intervals: null };
    return { seconds, ...unknown, silent: null };
  }
  return {
    seconds,
    usual_interval_seconds: listedMilliseconds(usual),
    longest_interval_seconds: listedMilliseconds(longest),
    usual_intervals: usual > 0 ? seconds / usual : null,
    silent: retired ? null : seconds > silentAfter * usual && seconds > longest,
  };
}

/** Rounds a time difference to milliseconds, because floating-point differences have more digits than the times. */
function listedMilliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

/** Whether a listed stream is in alarm. */
export function isListedStreamInAlarm({ state }: Pick<ListedStream, "state">): boolean {
  return state === "gradual_drift" || state === "sudden_change";
}

/**
 * Sorts streams by urgency: alarms (newest first), silent streams, streams whose last batch was rejected, all others, retired
 * streams. All other streams of the same urgency are sorted by name, which is fast if they are already in this order.
 */
export function sortedListedStreams<S extends SelectableStream>(streams: readonly S[]): S[] {
  const byUrgency = Map.groupBy(streams, urgencyOfListedStream);
  return [...byUrgency.keys()]
    .sort((a, b) => a - b)
    .flatMap((urgency) =>
      byUrgency
        .get(urgency)!
        .sort((a, b) => (urgency === 0 ? compareAlarmsInStreamList(a, b) : 0) || naturalOrder(a.stream, b.stream)),
    );
}

function compareAlarmsInStreamList({ since: a }: SelectableStream, { since: b }: SelectableStream): number {
  return a === b ? 0 : (a ?? "") < (b ?? "") ? 1 : -1;
}

function urgencyOfListedStream(stream: SelectableStream): number {
  if (stream.retired_at !== null) return 4;
  if (isListedStreamInAlarm(stream)) return 0;
  if (stream.silence.silent === true) return 1;
  return stream.last.verdict === "rejected" ? 2 : 3;
}
