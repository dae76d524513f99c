import { describe, expect, it } from "vitest";
import type { BatchHeadline } from "../../../src/monitoring/streams/batch-headline.ts";
import {
  type ListedStream,
  listedStream,
  sortedListedStreams,
  streamListSilence,
} from "../../../src/monitoring/streams/stream-list.ts";
import type { LatestBatch, StreamOverview } from "../../../src/storage/stream-store.ts";

const start = Date.parse("2026-11-24T05:00:00.000Z");
const later = (minutes: number): Date => new Date(start + minutes * 60_000);
const minutes = (...all: number[]): number[] => all.map((one) => one * 60);

describe("silence", () => {
  it("is longer than three usual intervals, and than every pause among the last batches", () => {
    const regular = minutes(0, 5, 10, 15, 20);
    const at = (now: number): boolean | null => streamListSilence(regular, now * 60).silent;
    expect([at(21), at(35), at(36)]).toEqual([false, false, true]);
    // Batches arrive every 5 minutes by day, with a pause of 10 hours at night.
    const night = minutes(0, 5, 10, 610, 615, 620);
    expect(streamListSilence(night, 640 * 60)).toEqual({
      seconds: 1200,
      usual_interval_seconds: 300,
      longest_interval_seconds: 36_000,
      usual_intervals: 4,
      silent: false,
    });
    expect(streamListSilence(night, (620 + 601) * 60).silent).toBe(true);
  });

  it("takes the median of an even number of intervals, in any order", () => {
    const { usual_interval_seconds: usual } = streamListSilence([0, 1, 11, 13, 33], 34);
    // The median of the intervals 1, 10, 2 and 20 is the mean of 2 and 10.
    expect(usual).toBe(6);
  });

  it("is unknown with fewer than four batches, and is ignored once the stream is retired", () => {
    const unknown = { usual_interval_seconds: null, longest_interval_seconds: null, usual_intervals: null };
    expect(streamListSilence([0, 60, 120], 1e6)).toEqual({ seconds: 999_880, ...unknown, silent: null });
    expect(streamListSilence([0, 1, 2, 3], 1e6, { retired: true })).toMatchObject({
      usual_intervals: 999_997,
      silent: null,
    });
  });

  it("has no ratio if batches arrived at the same moment, and no negative time if clocks differ", () => {
    expect(streamListSilence([5, 5, 5, 5], 4)).toMatchObject({ seconds: 0, usual_intervals: null, silent: false });
  });
});

function latest(minute: number, headline: Partial<BatchHeadline> | null): LatestBatch {
  const usual = { state: "normal", since: later(0).toISOString(), confirmed: true, evidence: 0.25 };
  const whole = headline && { verdict: "normal", ...usual, reference: "anchor", channel: "Ax", ...headline };
  return { batchId: `at ${minute}`, receivedAt: later(minute).toISOString(), status: "accepted", headline: whole };
}

function overview(stream: string, batches: LatestBatch[], changes: Partial<StreamOverview> = {}): StreamOverview {
  const counts = { accepted: 7, doubtful: 1, alarmed: 2, rejected: 3, excluded: 1 };
  return { stream, counts, hasState: true, retiredAt: null, latest: batches, ...changes };
}

const rejected: Partial<BatchHeadline> = { verdict: "rejected", evidence: null, reference: null, channel: null };

describe("a listed stream", () => {
  it("has the state of its last judged batch, with that batch's channel, even if the last batch was rejected", () => {
    const alarm = {
      verdict: "sudden_change",
      state: "sudden_change",
      since: later(5).toISOString(),
      confirmed: false,
    } as const;
    const batches = [
      latest(0, {}),
      latest(5, { ...alarm, evidence: 1.5, channel: "Az" }),
      latest(10, { ...rejected, state: alarm.state, since: alarm.since, confirmed: false }),
    ];
    const listed = listedStream(overview("a", batches), later(11));
    expect(listed).toMatchObject({
      state: "sudden_change",
      since: later(5).toISOString(),
      confirmed: false,
      reference: "anchor",
      channel: "Az",
      last: { batch_id: "at 10", verdict: "rejected", evidence: null },
      silence: { seconds: 60, silent: null },
      batches: { total: 14, alarmed: 2 },
    });
    expect(listed.series.map(({ evidence }) => evidence)).toEqual([0.25, 1.5, null]);
  });

  it("has no state after a reset or with a damaged headline", () => {
    const none = { state: null, since: null, confirmed: null, reference: null, channel: null };
    expect(listedStream(overview("a", [latest(0, {})], { hasState: false }), later(1))).toMatchObject(none);
    const damaged = listedStream(overview("a", [latest(0, null)]), later(1));
    expect(damaged).toMatchObject({ ...none, last: { verdict: null, evidence: null } });
  });

  it("is sorted by state: alarms (the newest first), silent, rejected, ordinary and retired streams", () => {
    const every5 = (last: Partial<BatchHeadline>, from = 0): LatestBatch[] => [
      ...[0, 5, 10].map((minute) => latest(from + minute, {})),
      latest(from + 15, last),
    ];
    const alarm = (since: number): Partial<BatchHeadline> => ({
      state: "gradual_drift",
      since: later(since).toISOString(),
    });
    const all: ListedStream[] = [
      overview("p10", every5({}, 30)),
      overview("p9", every5({}, 30)),
      overview("retired", every5(alarm(30), 30), { retiredAt: later(40).toISOString() }),
      overview("rejected", every5(rejected, 30)),
      overview("silent", every5({})),
      overview("old alarm", every5(alarm(30), 30)),
      overview("new alarm", every5(alarm(40), 30)),
    ].map((own) => listedStream(own, later(46)));
    const order = sortedListedStreams(all).map(({ stream }) => stream);
    expect(order).toEqual(["new alarm", "old alarm", "silent", "rejected", "p9", "p10", "retired"]);
  });
});
