// The limits that the monitor should meet, across all measured sets, on people and days for which it was not tuned.

import type { DriftPart, JudgeName, SetFigures } from "./drift-measure.ts";
import {
  alarmShare,
  delayOf,
  everAlarms,
  namesOf,
  pooledByFault,
  recoveredShare,
  recoveriesOf,
} from "./drift-outcomes.ts";
import type { FaultRun, StillRun } from "./drift-simulation.ts";
import { type Measurement, median } from "./measurement.ts";
import { type Interval, peopleInterval, share } from "./people-bootstrap.ts";

const seenWithin = 10;
/** Faults that should be visible in signals computed jointly from a sensor's axes. */
const joint = /axis flipped|rate x (0\.8|1\.25)|renumbered|gain of 1\.2 in the|a third of one channel/;

export function driftBars(all: readonly SetFigures[]): Partial<Record<DriftPart, Measurement[]>> {
  const faults = all.flatMap((figures) => figures.faults);
  const pooled = pooledByFault(faults, "Tidemark");
  const of = (name: string | RegExp): FaultRun[] =>
    pooled.filter(({ fault }) => fault.match(name)).flatMap(({ runs }) => runs);
  const recoveries = recoveriesOf(pooled.flatMap(({ runs }) => runs));
  const lasting = recoveries.filter(({ normal }) => normal.length > 0);
  return kept({
    "false-alarms": [
      ...all.flatMap(({ set, still }) =>
        still.map(({ day, runs }) =>
          percent(`${set}, ${day}: batches in alarm`, alarmShare(runs.Tidemark ?? []), atMost(1)),
        ),
      ),
      percent(
        "streams that ever raise an alarm",
        peopleInterval(
          all.flatMap(({ still }) => still.flatMap(({ runs }) => runs.Tidemark ?? [])),
          (some) => share(some.map(everAlarms)),
        ),
        atMost(12),
      ),
      percent(
        "share of a person's batches that look unfamiliar at .05 (the interval should contain 5 % and exclude 10 %)",
        peopleInterval(
          all.flatMap(({ still }) => unfamiliarShares(still.flatMap(({ runs }) => runs.Tidemark ?? []))),
          (some) => some.reduce((sum, own) => sum + own.share, 0) / some.length,
        ),
      ),
    ],
    detection: [
      seen("offset of .6 sd: detected within 12 batches", of("offset of 0.6 sd"), 12, 90),
      delay("offset of .6 sd: median delay", of("offset of 0.6 sd"), 5),
      ...pooledByFault(
        all.filter(({ set }) => set !== "bfrb_samsung").flatMap((figures) => figures.faults),
        "Tidemark",
      )
        .filter(({ fault }) => joint.test(fault))
        .map(({ fault, runs }) => seen(`${fault}: detected within ${seenWithin} batches`, runs, seenWithin, 80)),
    ],
    names: [
      named("steps that are named sudden_change five batches later", of(/^offset/), "sudden_change", "later", 90),
      named("ramps that are named gradual_drift at the alarm", of(/^ramp/), "gradual_drift", "first", 80),
      named("ramps that are named gradual_drift five batches later", of(/^ramp/), "gradual_drift", "later", 90),
    ],
    causes: causeBars(all),
    recovery: [
      percent("normal within 5 repaired batches", recoveredShare(recoveries, 5), atLeast(95)),
      percent(
        "batches of a lasting fault that look normal after the alarm",
        peopleInterval(lasting, (some) => share(some.flatMap(({ normal }) => normal))),
        atMost(1),
      ),
    ],
    "cold-start": coldBars(all),
    accuracy: all.flatMap(({ set, accuracy }) =>
      accuracyBars(
        set,
        accuracy.flatMap(({ figures }) => figures),
      ),
    ),
  });
}

/** Returns the share of each person's batches that look unfamiliar, across all kinds of days. */
function unfamiliarShares(runs: readonly StillRun[]): { user: string; share: number }[] {
  return [...Map.groupBy(runs, ({ user }) => user)].map(([user, own]) => ({
    user,
    share: share(own.flatMap(({ unfamiliar }) => unfamiliar)),
  }));
}

function causeBars(all: readonly SetFigures[]): Measurement[] {
  const alarmed = all.flatMap(({ causes }) =>
    causes.flatMap(({ cause, answers }) =>
      answers.filter(({ verdict }) => verdict !== "normal").map((answer) => ({ ...answer, cause })),
    ),
  );
  const known = alarmed.filter(
    ({ cause }) => cause === "unit" || cause === "stuck channel" || cause === "sampling rate",
  );
  return [
    percent(
      "batches in alarm for which `check` names the right cause or none",
      peopleInterval(alarmed, (some) => share(some.map(({ isRight, named: name }) => isRight || name === null))),
      atLeast(95),
    ),
    percent(
      "with a wrong unit, a wrong rate or a stuck channel: batches in alarm whose first cause is right",
      peopleInterval(known, (some) => share(some.map(({ isRight }) => isRight))),
      atLeast(80),
    ),
  ];
}

function coldBars(all: readonly SetFigures[]): Measurement[] {
  const faults = [...new Set(all.flatMap(({ cold }) => cold.map(({ fault }) => fault)))].filter(
    (name) => name !== "no fault",
  );
  return faults.flatMap((name) => {
    const runs = all.flatMap(({ cold }) => cold.filter(({ fault }) => fault === name).flatMap((own) => own.runs));
    return [
      percent(
        `${name} from the first batch: streams that raise an alarm at once`,
        peopleInterval(runs, (some) => share(some.map(({ verdicts }) => verdicts[0] !== "normal"))),
      ),
      percent(
        `${name} from the first batch: batches added to the references`,
        peopleInterval(runs, (some) => share(some.flatMap(({ entered }) => entered))),
      ),
    ];
  });
}

function accuracyBars(set: string, figures: SetFigures["accuracy"][number]["figures"]): Measurement[] {
  if (figures.length === 0 || set === "bfrb_samsung") return [];
  const mean = (method: string, key: "error" | "covered" | "fewWidth"): number => {
    const own = figures.filter((person) => person.method === method).map((person) => person[key]);
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  };
  return [
    {
      name: `${set}: mean absolute error of the estimated accuracy`,
      value: mean("Tidemark", "error"),
      unit: "",
      limit: { kind: "at most", value: mean("ATC", "error") },
      note: "the limit is the error of average thresholded confidence (ATC)",
    },
    {
      name: `${set}: coverage at a nominal 90 %`,
      value: 100 * mean("Tidemark", "covered"),
      unit: "%",
      limit: atLeast(85),
    },
    {
      name: `${set}: interval width if calibrated on ten people`,
      value: mean("Tidemark", "fewWidth"),
      unit: "",
      limit: atMost(0.25),
    },
  ];
}

/** Returns the README's figures, across all sets and kinds of days. */
export function pooledDetection(all: readonly SetFigures[], judge: JudgeName): { fault: string; runs: FaultRun[] }[] {
  return pooledByFault(
    all.flatMap(({ faults }) => faults),
    judge,
  );
}

function seen(name: string, runs: readonly FaultRun[], within: number, least: number): Measurement {
  return percent(
    name,
    peopleInterval(runs, (some) => share(some.map((run) => delayOf(run, within) <= within))),
    atLeast(least),
  );
}

function delay(name: string, runs: readonly FaultRun[], most: number): Measurement {
  const value = median(runs.map((run) => delayOf(run)));
  return { name, value, unit: "batches", limit: atMost(most), note: `${runs.length} streams` };
}

function named(
  name: string,
  runs: readonly FaultRun[],
  expected: "sudden_change" | "gradual_drift",
  when: "first" | "later",
  least: number,
): Measurement {
  const known = namesOf(runs).filter((own) => own[when] !== null);
  return percent(
    name,
    peopleInterval(known, (some) => share(some.map((own) => own[when] === expected))),
    atLeast(least),
  );
}

/** The value is NaN if there is no observation; `kept` leaves such a figure out. */
function percent(name: string, interval: Interval | null, limit?: NonNullable<Measurement["limit"]>): Measurement {
  const to = (x: number): string => `${Number((100 * x).toFixed(1))}`;
  return {
    name,
    value: interval === null ? Number.NaN : 100 * interval.value,
    unit: "%",
    ...(limit !== undefined && { limit }),
    ...(interval !== null && { note: `${to(interval.low)} to ${to(interval.high)}` }),
  };
}

function atMost(value: number): { kind: "at most"; value: number } {
  return { kind: "at most", value };
}

function atLeast(value: number): { kind: "at least"; value: number } {
  return { kind: "at least", value };
}

/** Includes only parts that were measured; a part without any observation has no limits. */
function kept(bars: Record<string, Measurement[]>): Partial<Record<DriftPart, Measurement[]>> {
  return Object.fromEntries(
    Object.entries(bars)
      .map(([part, own]) => [part, own.filter(({ value }) => !Number.isNaN(value))] as const)
      .filter(([, own]) => own.length > 0),
  );
}
