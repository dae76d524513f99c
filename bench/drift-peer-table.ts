// The table that compares published detectors, for one kind of day and a few of the faults.

import type { SetFigures } from "./drift-measure.ts";
import type { PeerRun } from "./drift-peers.ts";
import { faultyBatches, pastBatches } from "./drift-simulation.ts";
import { median } from "./measurement.ts";
import { type Interval, peopleInterval, share } from "./people-bootstrap.ts";
import { shownInterval, type TitledTable } from "./titled-table.ts";

export function peerTable({ set, peers }: SetFigures): TitledTable {
  const judges = peers.flatMap((own) => own.judges);
  const faults = [...new Set(judges.flatMap(({ runs }) => runs.flatMap(({ fault }) => fault ?? [])))];
  const rows = judges.map(({ name, version, runs }) => {
    const healthy = runs.filter(({ fault }) => fault === null);
    const judged = peerRunsJudged(healthy);
    const alarmed = healthy.filter(({ alarms }) => alarms.includes(true)).length;
    return [
      `${name} (${version})`,
      shownInterval(peerAlarmShare(judged)),
      `${alarmed} of ${healthy.length}`,
      ...faults.map((fault) => shownPeerDetection(runs.filter((run) => run.fault === fault))),
    ];
  });
  const skipped = peers.flatMap((own) => own.skipped);
  const note = `Number of streams that raise an alarm within ${faultyBatches} batches of the fault, out of those without an alarm in the first ${pastBatches} batches, and the median delay in batches.`;
  return {
    title: `${set}: published detectors`,
    headers: ["detector", "healthy batches in alarm", "streams with an alarm", ...faults],
    rows,
    note: [note, ...skipped.map((reason) => `Not measured: ${reason}.`)].join(" "),
  };
}

/**
 * Number of batches from the fault to the alarm, for streams that raised no alarm before the fault; infinite if no alarm
 * follows.
 */
export function peerDelays(runs: readonly PeerRun[]): number[] {
  const quiet = runs.filter(({ alarms }) => !alarms.slice(0, pastBatches).includes(true));
  return quiet.map(({ alarms }) => {
    const at = alarms.slice(pastBatches).indexOf(true);
    return at < 0 ? Number.POSITIVE_INFINITY : at + 1;
  });
}

export function peerRunsJudged(runs: readonly PeerRun[]): { user: string; alarms: boolean[] }[] {
  return runs.map(({ user, alarms }) => ({ user, alarms: alarms.filter((alarm) => alarm !== null) }));
}

export function peerAlarmShare(runs: readonly { user: string; alarms: boolean[] }[]): Interval | null {
  return peopleInterval(runs, (some) => share(some.flatMap(({ alarms }) => alarms)));
}

function shownPeerDetection(runs: readonly PeerRun[]): string {
  const delays = peerDelays(runs);
  if (delays.length === 0) return "none quiet before";
  const seen = delays.filter((delay) => delay <= faultyBatches).length;
  const delay = median(delays);
  return `${seen} of ${delays.length}${delay <= faultyBatches ? `, ${delay}` : ""}`;
}
