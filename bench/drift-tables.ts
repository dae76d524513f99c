// The tables of the drift benchmark for one set.

import type { CauseAnswer } from "./drift-causes.ts";
import { type JudgeName, judgeNames, type SetFigures } from "./drift-measure.ts";
import {
  alarmShare,
  delayOf,
  isAlarm,
  mostEvents,
  namesOf,
  pooledByFault,
  recoveredShare,
  recoveriesOf,
  runLength,
} from "./drift-outcomes.ts";
import { batchesToDetect, type FaultRun, faultyBatches, rampBatches } from "./drift-simulation.ts";
import { median } from "./measurement.ts";
import { peopleInterval, share } from "./people-bootstrap.ts";
import { shownInterval, shownShare, type TitledTable } from "./titled-table.ts";

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
  const headers = ["days", "judge", "batches in alarm", "streams with an alarm", "batches to the first", "unfamiliar"];
  return { title: `${set}: no fault, ${people} people`, headers, rows };
}

/** Detection by kind of day: the share of streams with an alarm, and the median delay. */
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
  const note = `Number of streams that raise an alarm within ${faultyBatches} batches of the fault (${rampBatches} for a ramp), out of those without an earlier alarm, and the median delay in batches.`;
  return { title: `${set}: detection by ${judge}`, headers: ["fault", ...days], rows, note };
}

function shownDetection(runs: readonly FaultRun[], within: number): string {
  if (runs.length === 0) return "";
  const seen = runs.filter((run) => delayOf(run, within) <= within).length;
  const delay = median(runs.map((run) => delayOf(run)));
  return `${seen} of ${runs.length}${delay <= within ? `, ${delay}` : ""}`;
}

/** The names given to faults, across all kinds of days. */
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
  const headers = [
    "fault, present from the first batch",
    "alarm at once",
    "within 5",
    "within 12",
    "batches unfamiliar",
  ];
  return {
    title: `${set}: cold start`,
    headers: [...headers, "batches added to the references", "streams with an alarm in the batches after the repair"],
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
