// Tables of the drift benchmark's figures, for the terminal and for Markdown.

import { type Table, tableLines } from "../src/interfaces/cli/table.ts";
import type { DriftVerdict } from "../src/monitoring/drift/drift-state.ts";
import type { CauseAnswer } from "./drift-causes.ts";
import { type FaultFigures, type JudgeName, judgeNames, type SetFigures } from "./drift-measure.ts";
import type { PeerRun } from "./drift-peers.ts";
import {
  batchesToDetect,
  type FaultRun,
  faultyBatches,
  pastBatches,
  rampBatches,
  type StillRun,
} from "./drift-simulation.ts";
import { median } from "./measurement.ts";
import { type Interval, peopleInterval, share } from "./people-bootstrap.ts";

export interface TitledTable extends Table {
  readonly title: string;
  readonly note?: string;
}

export function plainTable({ title, note, ...table }: TitledTable): string {
  return [title, ...tableLines(table), ...(note === undefined ? [] : [note])].join("\n");
}

export function markdownTable({ title, note, headers, rows }: TitledTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const table = [line(headers), line(headers.map(() => "---")), ...rows.map(line)];
  return [`### ${title}`, "", ...table, ...(note === undefined ? [] : ["", note])].join("\n");
}

const isAlarm = (verdict: DriftVerdict): boolean => verdict !== "normal";

/** Share of batches in alarm. */
export function alarmShare(runs: readonly StillRun[]): Interval | null {
  return peopleInterval(runs, (some) => share(some.flatMap(({ verdicts }) => verdicts.map(isAlarm))));
}

export function everAlarms({ verdicts }: StillRun): boolean {
  return verdicts.some(isAlarm);
}

/** Batches until the first alarm of a stream; streams without one count as they are (an exponential time, censored). */
export function runLength(runs: readonly StillRun[]): { readonly alarms: number; readonly batches: number } {
  const until = runs.map(({ verdicts }) => {
    const at = verdicts.findIndex(isAlarm);
    return at < 0 ? verdicts.length : at + 1;
  });
  return { alarms: runs.filter(everAlarms).length, batches: until.reduce((sum, n) => sum + n, 0) };
}

/** Batches from the first faulty one to the alarm; infinite without one. */
export function delayOf({ faulty }: FaultRun, within: number = Number.POSITIVE_INFINITY): number {
  const at = faulty.findIndex(isAlarm) + 1;
  return at > 0 && at <= within ? at : Number.POSITIVE_INFINITY;
}

export function seenShare(runs: readonly FaultRun[], within: number): Interval | null {
  return peopleInterval(runs, (some) => share(some.map((run) => delayOf(run, within) <= within)));
}

export interface Recovery {
  readonly user: string;
  /** Repaired batches until the first normal one; infinite if none was. */
  readonly after: number;
  readonly repaired: number;
  /** Of the batches after the alarm, while the fault lasted. */
  readonly normal: readonly boolean[];
}

export function recoveriesOf(runs: readonly FaultRun[]): Recovery[] {
  return runs.flatMap((run) => {
    const delay = delayOf(run);
    if (delay === Number.POSITIVE_INFINITY) return [];
    const at = run.repaired.indexOf("normal");
    const normal = run.faulty.slice(delay).map((verdict) => verdict === "normal");
    const after = at < 0 ? Number.POSITIVE_INFINITY : at + 1;
    return [{ user: run.user, after, repaired: run.repaired.length, normal }];
  });
}

/** The verdicts at the alarm and five batches later, of streams that alarmed. */
export function namesOf(
  runs: readonly FaultRun[],
): { user: string; first: DriftVerdict; later: DriftVerdict | null }[] {
  return runs.flatMap((run) => {
    const at = delayOf(run) - 1;
    if (at === Number.POSITIVE_INFINITY) return [];
    return [{ user: run.user, first: run.faulty[at]!, later: run.faulty[at + 5] ?? null }];
  });
}

export function falseAlarmTable({ set, people, still }: SetFigures): TitledTable {
  const rows = still.flatMap(({ day, runs }) =>
    judgeNames.flatMap((judge) => {
      const own = runs[judge];
      if (own === undefined || own.length === 0) return [];
      const { alarms, batches } = runLength(own);
      const length = alarms === 0 ? `none in ${batches}` : `${Math.round(batches / alarms)}`;
      const strange = peopleInterval(own, (some) => share(some.flatMap(({ unfamiliar }) => unfamiliar)));
      return [
        [
          day,
          judge,
          shownInterval(alarmShare(own)),
          `${alarms} of ${own.length}`,
          `${length} (at least ${Math.floor(batches / mostEvents(alarms))})`,
          judge === "Tidemark" ? shownInterval(strange) : "",
        ],
      ];
    }),
  );
  const headers = ["days", "judge", "batches in alarm", "streams that alarm", "batches to the first", "unfamiliar"];
  return { title: `${set}: no fault, ${people} people`, headers, rows };
}

/** Detection by kind of day: streams that see it, and the median delay. */
export function detectionTable({ set, faults }: SetFigures, judge: JudgeName): TitledTable {
  const days = [...new Set(faults.map(({ day }) => day))].filter((day) =>
    faults.some((own) => own.day === day && (own.runs[judge] ?? []).length > 0),
  );
  const rows = [...Map.groupBy(faults, ({ fault }) => fault)].map(([fault, own]) => [
    fault,
    ...days.map((day) => {
      const { runs = {}, expected } = own.find((figures) => figures.day === day) ?? {};
      return shownDetection(runs[judge] ?? [], batchesToDetect(expected ?? "sudden_change"));
    }),
  ]);
  const note = `Streams that alarm within ${faultyBatches} batches (a ramp: ${rampBatches}) of those without an alarm before, and the median delay in batches.`;
  return { title: `${set}: detection by ${judge}`, headers: ["fault", ...days], rows, note };
}

function shownDetection(runs: readonly FaultRun[], within: number): string {
  if (runs.length === 0) return "";
  const seen = runs.filter((run) => delayOf(run, within) <= within).length;
  const delay = median(runs.map((run) => delayOf(run)));
  return `${seen} of ${runs.length}${delay <= within ? `, ${delay}` : ""}`;
}

/** Over all kinds of days. */
export function nameTable({ set, faults }: SetFigures): TitledTable {
  const rows = pooledByFault(faults, "Tidemark").flatMap(({ fault, expected, runs }) => {
    const names = namesOf(runs);
    const later = names.filter((own) => own.later !== null);
    if (names.length === 0) return [];
    const right = (flags: readonly boolean[]): string => `${flags.filter(Boolean).length} of ${flags.length}`;
    return [
      [
        fault,
        expected,
        right(names.map(({ first }) => first === expected)),
        right(later.map((own) => own.later === expected)),
      ],
    ];
  });
  return { title: `${set}: names`, headers: ["fault", "right name", "at the alarm", "five batches later"], rows };
}

export function recoveryTable({ set, faults }: SetFigures): TitledTable {
  const rows = pooledByFault(faults, "Tidemark").flatMap(({ fault, runs }) => {
    const recoveries = recoveriesOf(runs);
    if (recoveries.length === 0) return [];
    const lasting = recoveries.filter(({ normal }) => normal.length > 0);
    const normal = peopleInterval(lasting, (some) => share(some.flatMap((own) => own.normal)));
    return [
      [fault, ...[5, 12].map((batches) => shownInterval(recoveredShare(recoveries, batches))), shownInterval(normal)],
    ];
  });
  const headers = [
    "fault",
    "normal within 5 repaired batches",
    "within 12",
    "faulty batches after the alarm that look normal",
  ];
  return { title: `${set}: recovery`, headers, rows };
}

/** Of streams that have so many repaired batches. */
export function recoveredShare(recoveries: readonly Recovery[], within: number): Interval | null {
  const long = recoveries.filter(({ repaired }) => repaired >= within);
  return peopleInterval(long, (some) => share(some.map(({ after }) => after <= within)));
}

export function coldStartTable({ set, cold }: SetFigures): TitledTable {
  const rows = cold.map(({ fault, runs }) => {
    const count = (flags: readonly boolean[]): string => `${flags.filter(Boolean).length} of ${flags.length}`;
    const delays = runs.map(({ verdicts }) => verdicts.findIndex(isAlarm)).map((at) => (at < 0 ? Infinity : at + 1));
    return [
      fault,
      ...[1, 5, 12].map((within) => count(delays.map((delay) => delay <= within))),
      shownInterval(peopleInterval(runs, (some) => share(some.flatMap(({ unfamiliar }) => unfamiliar)))),
      shownInterval(peopleInterval(runs, (some) => share(some.flatMap(({ entered }) => entered)))),
      count(runs.map(({ repaired }) => repaired.some(isAlarm))),
    ];
  });
  const headers = ["fault from the first batch", "alarm at once", "within 5", "within 12", "batches unfamiliar"];
  return {
    title: `${set}: cold start`,
    headers: [...headers, "batches that enter the references", "streams that alarm once it is repaired"],
    rows,
  };
}

export function causeTable({ set, causes }: SetFigures): TitledTable {
  const rows = causes.map(({ fault, cause, batches, answers }) => {
    const alarmed = answers.filter(({ verdict }) => verdict !== "normal");
    const of = (some: readonly CauseAnswer[], isMeant: (answer: CauseAnswer) => boolean): string =>
      some.length === 0 ? "" : shownShare(share(some.map(isMeant)));
    const wrong = Map.groupBy(
      answers.filter(({ named, isRight }) => named !== null && !isRight),
      ({ named }) => named,
    );
    return [
      fault,
      cause ?? "not known",
      `${alarmed.length} + ${answers.length - alarmed.length} of ${batches}`,
      cause === null ? "" : of(alarmed, ({ isRight }) => isRight),
      of(alarmed, ({ named }) => named === null),
      cause === null ? "" : of(answers, ({ isRight }) => isRight),
      of(answers, ({ named }) => named === null),
      [...wrong].map(([name, own]) => `${name} ${own.length}`).join(", "),
    ];
  });
  return {
    title: `${set}: causes`,
    headers: [
      "fault",
      "right cause",
      "batches in alarm + unfamiliar",
      "in alarm: right",
      "not known",
      "all: right",
      "not known",
      "wrong",
    ],
    rows,
  };
}

export function accuracyTable({ set, accuracy }: SetFigures): TitledTable {
  const methods = [...new Set(accuracy.flatMap(({ figures }) => figures.map(({ method }) => method)))];
  const mean = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  const rows = methods.map((method) => {
    const days = accuracy.map(({ figures }) => figures.filter((own) => own.method === method));
    const all = days.flat();
    const error = peopleInterval(all, (some) => mean(some.map((own) => own.error)))!;
    return [
      method,
      ...days.map((own) => mean(own.map((person) => person.error)).toFixed(3)),
      `${error.value.toFixed(3)} (${error.low.toFixed(3)} to ${error.high.toFixed(3)})`,
      ...(["covered", "width", "fewCovered", "fewWidth"] as const).map((key) =>
        mean(all.map((own) => own[key])).toFixed(3),
      ),
    ];
  });
  const headers = ["mean absolute error", ...accuracy.map(({ day }) => day), "all days", "coverage", "width"];
  return { title: `${set}: accuracy without labels`, headers: [...headers, "10 people: coverage", "width"], rows };
}

/** Others' detectors, on one kind of day and some of the faults. */
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
  const note = `Of streams without an alarm in the first ${pastBatches} batches, those that alarm within ${faultyBatches} batches of the fault, and the median delay.`;
  return {
    title: `${set}: published detectors`,
    headers: ["detector", "healthy batches in alarm", "streams that alarm", ...faults],
    rows,
    note: [note, ...skipped.map((reason) => `Not measured: ${reason}.`)].join(" "),
  };
}

function peerRunsJudged(runs: readonly PeerRun[]): { user: string; alarms: boolean[] }[] {
  return runs.map(({ user, alarms }) => ({ user, alarms: alarms.filter((alarm) => alarm !== null) }));
}

function peerAlarmShare(runs: readonly { user: string; alarms: boolean[] }[]): Interval | null {
  return peopleInterval(runs, (some) => share(some.flatMap(({ alarms }) => alarms)));
}

function shownPeerDetection(runs: readonly PeerRun[]): string {
  const quiet = runs.filter(({ alarms }) => !alarms.slice(0, pastBatches).includes(true));
  if (quiet.length === 0) return "none quiet before";
  const delays = quiet.map(({ alarms }) => {
    const at = alarms.slice(pastBatches).indexOf(true);
    return at < 0 ? Number.POSITIVE_INFINITY : at + 1;
  });
  const seen = delays.filter((delay) => delay <= faultyBatches).length;
  const delay = median(delays);
  return `${seen} of ${quiet.length}${delay <= faultyBatches ? `, ${delay}` : ""}`;
}

export function pooledByFault(
  faults: readonly FaultFigures[],
  judge: JudgeName,
): { fault: string; expected: FaultFigures["expected"]; runs: FaultRun[] }[] {
  return [...Map.groupBy(faults, ({ fault }) => fault)].map(([fault, own]) => ({
    fault,
    expected: own[0]!.expected,
    runs: own.flatMap(({ runs }) => runs[judge] ?? []),
  }));
}

export function shownInterval(interval: Interval | null): string {
  if (interval === null) return "";
  const { value, low, high } = interval;
  return low === high ? shownShare(value) : `${shownShare(value)} (${shownShare(low)} to ${shownShare(high)})`;
}

export function shownShare(value: number): string {
  return `${Number((100 * value).toFixed(value > 0.1 ? 0 : 1))} %`;
}

/** Upper 95 % limit of the mean of a Poisson count. */
function mostEvents(count: number): number {
  let mean = count;
  const chance = (): number => {
    let [term, sum] = [Math.exp(-mean), Math.exp(-mean)];
    for (let k = 1; k <= count; k++) {
      term *= mean / k;
      sum += term;
    }
    return sum;
  };
  while (chance() > 0.05) mean += 0.01;
  return mean;
}
