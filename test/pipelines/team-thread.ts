// A thread of a team that computes lists of several lengths, for the tests of `mapInTeam`.
import { parentPort, workerData } from "node:worker_threads";
import { mapInTeam, type TeamSeat } from "../../src/pipelines/thread-team.ts";

export interface TeamTask {
  readonly seat: TeamSeat;
  readonly lengths: readonly number[];
  /** The item, if any, on which every thread throws. */
  readonly fails?: number;
}

export interface TeamAnswer {
  /** For each list, the results of its items. */
  readonly mapped: readonly (readonly number[])[];
  /** For each list, the items that this thread computed. */
  readonly computed: readonly (readonly number[])[];
  /** For each list, the number of results after each item that this thread computed. */
  readonly counts: readonly (readonly number[])[];
}

const { seat, lengths, fails } = workerData as TeamTask;
const map = mapInTeam(seat);
const computed: number[][] = [];
const counts: number[][] = [];
let before = 0;
const mapped = lengths.map((length) => {
  const [own, told]: [number[], number[]] = [[], []];
  computed.push(own);
  counts.push(told);
  const items = Array.from({ length }, (_, i) => i);
  const results = map(
    items,
    (item) => {
      if (item === fails) throw new Error(`cannot compute ${item}`);
      own.push(item);
      // Each list depends on all threads' results for the previous list.
      return item ** 2 + before;
    },
    (n) => told.push(n),
  );
  before = results.reduce((sum, result) => sum + result, 0);
  return results;
});
parentPort!.postMessage({ mapped, computed, counts } satisfies TeamAnswer);
