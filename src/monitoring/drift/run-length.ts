// Measures whether the alarm level delivers what it promises: how many batches pass between false alarms on people and days
// that the calibration did not use. Each person's days are judged as `check` judges a stream, using the ladders from the other
// people's rehearsed batches and the alarm level that the other people's streams require. New days are drawn: like the
// rehearsed ones and, unless these are in recorded order, with bouts twice as long as the longest rehearsed ones.
//
// Some things still depend on the person who is left out: the grids, the per-class standards, the choice of statistic, and the
// other people's streams, which were judged by ladders that include this person's batches.

import type { Rng } from "../../random.ts";
import { poissonUpperLimit } from "../../stats/poisson-limit.ts";
import type { MeasuredRunLength, RehearsedDay } from "./calibration.ts";
import type { DayPlan } from "./rehearsal.ts";
import { judgeRehearsedStream, type RehearsedPerson } from "./rehearsed-stream.ts";

/** The default run length of `check`. */
const askedRunLength = 500;
const confidence = 0.95;

/** Days of one kind. */
export interface JudgedDays {
  readonly day: DayPlan;
  /** The same days in the calibration's terms. */
  readonly described: RehearsedDay;
}

/**
 * A stream counts only up to its first alarm. Each person has one stream per kind of day (one with the assumed bouts and one
 * with longer bouts, or only the recorded order). These streams resemble each other, so they count as one: the numbers of
 * alarms and batches are divided by the number of kinds before the Poisson limit is computed.
 * @param plan.count chunks per batch
 * @param plan.batches batches per stream
 * @param plan.map applies a function to each person and may report progress (default: `people.map`)
 */
export function measureRunLength(
  people: readonly RehearsedPerson[],
  kinds: readonly JudgedDays[],
  plan: {
    readonly count: number;
    readonly batches: number;
    readonly seconds: number;
    readonly rng: Rng;
    readonly map?: <Result>(
      people: readonly RehearsedPerson[],
      each: (person: RehearsedPerson, i: number) => Result,
    ) => Result[];
  },
): MeasuredRunLength {
  const { map = (all, each) => all.map(each) } = plan;
  const judged = map(people, (person, i) =>
    kinds.map(({ day }, k) => runLengthToFirstAlarm(person, day, plan, plan.rng.split(`${i} ${k}`))),
  );
  const days = kinds.map(({ described }, k) => ({
    day: described,
    batches: judged.reduce((sum, own) => sum + own[k]!.batches, 0),
    alarms: judged.filter((own) => own[k]!.alarmed).length,
  }));
  const [batches, alarms] = (["batches", "alarms"] as const).map((key) => days.reduce((sum, own) => sum + own[key], 0));
  const limit = poissonUpperLimit(alarms! / kinds.length, confidence);
  return {
    asked: askedRunLength,
    at_least: Math.floor(batches! / kinds.length / limit),
    confidence,
    people: people.length,
    seconds: plan.seconds,
    days,
  };
}

function runLengthToFirstAlarm(
  person: RehearsedPerson,
  day: DayPlan,
  { count, batches }: { readonly count: number; readonly batches: number },
  rng: Rng,
): { batches: number; alarmed: boolean } {
  const stream = { batches, count, day, arl: askedRunLength };
  for (const { judgement, state } of judgeRehearsedStream(person, stream, rng)) {
    if (judgement.alarm !== null) return { batches: state.batches, alarmed: true };
  }
  return { batches, alarmed: false };
}
