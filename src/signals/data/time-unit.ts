// Determines the unit of a numeric time column. A file gives the unit in the column's name or not at all. A unit in the name is
// accepted only if the resulting rate is plausible. If the name has no unit, the unit of times since 1970 is inferred from
// their magnitude, and that of other times from the size of the steps. If no unit yields a plausible rate, an error asks the
// user for --time-unit.

import { DataFault } from "../../data-fault.ts";
import { UserError } from "../../errors.ts";
import type { TimeUnit } from "./column-roles.ts";
import type { RowPace } from "./row-pace.ts";
import { sinceEpoch } from "./since-epoch.ts";

type NumericUnit = Exclude<TimeUnit, "index" | "ticks" | "timestamp">;

/** Number of units in a second. */
export const unitsPerSecond: Readonly<Record<NumericUnit, number>> = {
  s: 1,
  ms: 1e3,
  us: 1e6,
  ns: 1e9,
  days: 1 / 86_400,
};

/** Maximum ratio between a rate and the nominal rate for them to count as similar. */
const nearFactor = 2;
/** Range of movement sensors' sampling rates, in Hz; `--rate` has the same upper limit. */
const possibleRates = { lower: 0.9, upper: 10_000 } as const;
/**
 * Common range of wearables' rates, in Hz. If an expected rate is known and the rate in an inferred unit is far from it, the
 * unit is accepted only if its rate is within this range (but see `onlyRate`).
 */
const usualRates = { lower: 2, upper: 400 } as const;
/** Maximum rate, in Hz, for inferring seconds if no other unit yields a possible rate; some phones sample at up to 833 Hz. */
const onlyRate = 900;
/** Range of tick lengths, in ms, that a message may suggest. */
const usualTicks = { lower: 0.01, upper: 100 } as const;
/**
 * Maximum ratio between the inferred rate and the nominal rate for the inferred unit to be accepted even outside `usualRates`.
 */
const guessFactor = 8;
/** Sensor clocks often count ticks of a 32,768 Hz crystal. */
const crystalHz = 32_768;
/** Usual rates of sensors with such a clock, in Hz, and the maximum deviation from them, as a fraction of the rate. */
const crystalRates = [
  20, 25, 30, 32, 40, 50, 51.2, 52, 60, 64, 75, 80, 100, 102.4, 104, 120, 128, 200, 204.8, 208, 250, 256,
];
const crystalTolerance = 0.003;
/**
 * Maximum deviation from `crystalRates` for ticks of 1/1024 s, which are so close to 1 ms that a less exact match would often
 * be a coincidence.
 */
const binaryTolerance = 0.001;
/** Rate in Hz below which numbers in ms are compared with crystal ticks. */
const leastRateInMs = 8;
/** Range of seconds since 1970, for dates from 2007 to 2039; numbers of this size are more likely dates than elapsed time. */
export const likelyDates = { from: 1.17e9, to: 2.2e9 } as const;
/** Longest step between rows that summarise an epoch, in seconds. */
const slowestRows = 3600;
/** Rate in Hz above which numbers in ms with a step of one or two may count other ticks. */
const coarseRate = 400;
/**
 * Day counts from 1954 to 2119 in spreadsheets, MATLAB (datenum) and astronomy (Julian days), each with its count at the start
 * of 1970.
 */
const countedDays: readonly { readonly from: number; readonly to: number; readonly in1970: number }[] = [
  { from: 20_000, to: 80_000, in1970: 25_569 },
  { from: 713_700, to: 773_900, in1970: 719_529 },
  { from: 2_434_700, to: 2_495_000, in1970: 2_440_587.5 },
];
/** Windows clocks count ticks of 100 ns, from the year 1601 (FILETIME) or from the year 1 (.NET). */
const windowsTicks = { perSecond: 1e7, epochs: [-11_644_473_600, -62_135_596_800] } as const;

export const steppedUnits = ["s", "ms", "us", "ns"] as const;

/** Matches a unit as written by a user: 10ms, 1/128s, days or samples. */
const timeUnitPattern: RegExp = /^(?:(\d+(?:\.\d+)?)?(?:\/(\d+))? ?(s|ms|us|ns|min|days)|samples)$/;

const secondsOfUnit = { s: 1, ms: 1e-3, us: 1e-6, ns: 1e-9, min: 60, days: 86_400 } as const;

/**
 * Returns the number of seconds in a unit.
 * @param written a unit that matches `timeUnitPattern`
 * @throws UserError if the unit is samples and no rate is given, or if the text is not a unit
 */
export function secondsOfTimeUnit(written: string, nominalRateHz: number | undefined): number {
  const [, count = "1", parts = "1", unit] = timeUnitPattern.exec(written) ?? [];
  if (unit !== undefined) return (Number(count) / Number(parts)) * secondsOfUnit[unit as keyof typeof secondsOfUnit];
  if (written === "samples" && nominalRateHz !== undefined) return 1 / nominalRateHz;
  throw new UserError(`--time-unit: expected a unit such as ms, 10ms, 1/128s, days or samples, got ${written}`);
}

export interface FoundTimeUnit {
  readonly unit: NumericUnit | "index" | "ticks";
  readonly because: "name" | "size" | "steps";
  /** For ticks: the number per second and the count at the start of 1970. */
  readonly ticks?: { readonly perSecond: number; readonly in1970: number };
  /** A warning if the column's name gives the unit, but the numbers may be in a different one. */
  readonly doubt?: string;
}

/**
 * Finds the unit of a numeric time column. As times, numbers that increase by 1 would mean a rate of 1 Hz or 1 kHz. If neither
 * rate is similar to the nominal rate, numbers that increase by 1 are read as sample numbers (`index`).
 * @param pace pace of a file's first rows
 * @throws DataFault if no unit yields a plausible rate
 */
export function detectTimeUnit(
  file: string,
  name: string,
  pace: RowPace,
  nominalRateHz: number | undefined,
): FoundTimeUnit {
  const { step, middle } = pace;
  const rateIn = (unit: NumericUnit): number => unitsPerSecond[unit] / step;
  const parts = unitOfPartsOfSecondInName(name);
  if (parts !== undefined && isRatePossibleInUnit(parts / step))
    return { unit: "ticks", because: "name", ticks: { perSecond: parts, in1970: 0 } };
  if (/sample_?time_?fine/i.test(name) && step > 0) return unitOfSampleTimeFine(step);
  const named = timeUnitInName(name);
  if (!(step > 0)) return { unit: named ?? "s", because: named === undefined ? "steps" : "name" };
  // A time after the year 2103 cannot come from a clock. Dates written as digits, such as 20260504100000, would be
  // times after 2103.
  const reachable = steppedUnits.filter((unit) => middle / unitsPerSecond[unit] <= sinceEpoch.to);
  const isPossible = (unit: (typeof steppedUnits)[number]): boolean =>
    reachable.includes(unit) && isRatePossibleInUnit(rateIn(unit));
  const ask = (unit: NumericUnit, because: string): DataFault => {
    const others: NumericUnit[] = steppedUnits.filter((other) => other !== unit && isPossible(other));
    if (isRatePossibleInUnit(rateIn("days"))) others.push("days");
    return implausibleTimeUnit({ file, name, pace, unit, because, others, nominalRateHz });
  };
  if (named !== undefined) {
    if (!isPossible(named)) throw ask(named, "as its name says");
    const doubt = doubtOfNamedTimeUnit(name, pace, named);
    return { unit: named, because: "name", ...(doubt !== undefined && { doubt }) };
  }
  const sized = steppedUnits.find((unit) => middle / unitsPerSecond[unit] >= sinceEpoch.from && isPossible(unit));
  if (sized !== undefined) return { unit: sized, because: "size" };
  const ticks = timeUnitOfWindowsTicks(pace);
  if (ticks !== undefined) return { unit: "ticks", because: "size", ticks };
  if (daysOfTimeUnitIn1970(middle) > 0 && !isRatePossibleInUnit(rateIn("s")) && isRatePossibleInUnit(rateIn("days")))
    return { unit: "days", because: "size" };
  const dated = datedTimeUnit(pace);
  if (dated !== undefined) throw ask(dated, "judging by their size");
  const isCrystal = crystalRate(step) !== undefined && rateIn("ms") < leastRateInMs && pace.middle >= crystalHz;
  if (isCrystal && reachable.includes("ms")) throw ask("ms", "judging by its steps");
  if (nominalRateHz === undefined) {
    const unit = step < 1 ? "s" : step < 1e3 ? "ms" : step < 1e6 ? "us" : "ns";
    if (!isPossible(unit)) throw ask(unit, "judging by its steps");
    return { unit, because: "steps" };
  }
  if (reachable.length === 0) throw ask("ns", "judging by their size");
  const misfit = (unit: NumericUnit): number => Math.abs(Math.log(rateIn(unit) / nominalRateHz));
  const unit = reachable.reduce((best, next) => (misfit(next) < misfit(best) ? next : best));
  if (pace.counts && misfit(unit) > Math.log(nearFactor)) return { unit: "index", because: "steps" };
  const rate = rateIn(unit);
  const isUsual = rate >= usualRates.lower && rate <= usualRates.upper;
  // A device's tick counts are integers.
  const isOnly = unit === "s" && step < 1 && rate <= onlyRate && steppedUnits.filter(isPossible).length === 1;
  if (misfit(unit) > Math.log(guessFactor) && !isUsual && !isOnly) throw ask(unit, "judging by its steps");
  return { unit, because: "steps" };
}

/** Xsens' MTw counts ticks of 0.1 ms under the name SampleTimeFine, and its DOT counts microseconds. */
function unitOfSampleTimeFine(step: number): FoundTimeUnit {
  return unitsPerSecond.us / step <= onlyRate
    ? { unit: "us", because: "name" }
    : { unit: "ticks", because: "name", ticks: { perSecond: 1e4, in1970: 0 } };
}

/**
 * Returns the unit in which the numbers are dates but the rows are seconds to an hour apart, as in epoch summaries. In the next
 * smaller unit, the rate may be usual, but the numbers would be two to four weeks of elapsed time.
 */
function datedTimeUnit({ step, middle }: RowPace): (typeof steppedUnits)[number] | undefined {
  return steppedUnits.find((unit) => {
    const [at, rows] = [middle / unitsPerSecond[unit], step / unitsPerSecond[unit]];
    // Phones count nanoseconds since they were started, in steps that are hardly ever whole milliseconds.
    const isWhole = unit !== "us" || Number.isInteger(rows);
    return (
      at >= likelyDates.from && at <= likelyDates.to && rows <= slowestRows && rows * possibleRates.lower > 1 && isWhole
    );
  });
}

/** Returns the usual rate that numbers with this step have if they count crystal ticks; undefined if there is none. */
function crystalRate(step: number): number | undefined {
  return crystalRates.find((rate) => Math.abs(crystalHz / step / rate - 1) <= crystalTolerance);
}

function doubtOfNamedTimeUnit(name: string, { step, meanStep }: RowPace, unit: NumericUnit): string | undefined {
  if (unit !== "ms") return undefined;
  const [rate, crystal] = [1000 / step, crystalRate(step)];
  const hz = `Column "${name}" is in ms by its name, which gives ${Number((1000 / meanStep).toPrecision(3))} Hz`;
  const binary = crystalRates.find((usual) => Math.abs(1024 / meanStep / usual - 1) <= binaryTolerance);
  const isUsual = crystalRates.some((usual) => Math.abs(1000 / meanStep / usual - 1) <= crystalTolerance);
  if (binary !== undefined && !isUsual)
    return `${hz}. In ticks of 1/1024 s, the rate would be ${binary} Hz. If the column counts such ticks, add --time-unit 1/1024s.`;
  if (crystal !== undefined && rate < leastRateInMs)
    return `${hz}. In ticks of 1/${crystalHz} s, the rate would be ${crystal} Hz. If the column counts such ticks, add --time-unit 1/${crystalHz}s.`;
  if (rate > coarseRate && step <= 2)
    return `${hz}. If the column counts longer ticks, give their length, such as --time-unit 10ms.`;
  return undefined;
}

/** For a clock that counts days like these, returns its value at the start of 1970; 0 if the days are not a date. */
export function daysOfTimeUnitIn1970(days: number): number {
  return countedDays.find(({ from, to }) => days >= from && days <= to)?.in1970 ?? 0;
}

/** Returns the unit of Windows ticks, if they yield a common rate and a date since 1998. */
function timeUnitOfWindowsTicks({ step, middle }: RowPace): FoundTimeUnit["ticks"] {
  const { perSecond, epochs } = windowsTicks;
  const rate = perSecond / step;
  if (!(rate >= usualRates.lower && rate <= usualRates.upper)) return undefined;
  const epoch = epochs.find((start) => {
    const seconds = middle / perSecond + start;
    return seconds >= sinceEpoch.from && seconds <= sinceEpoch.to;
  });
  return epoch === undefined ? undefined : { perSecond, in1970: -epoch * perSecond };
}

function isRatePossibleInUnit(rateHz: number): boolean {
  return rateHz >= possibleRates.lower && rateHz <= possibleRates.upper;
}

function implausibleTimeUnit({
  file,
  name,
  pace: { step, middle },
  unit,
  because,
  others,
  nominalRateHz,
}: {
  file: string;
  name: string;
  pace: RowPace;
  unit: NumericUnit;
  because: string;
  /** Other units in which the times would be plausible. */
  others: readonly NumericUnit[];
  nominalRateHz: number | undefined;
}): DataFault {
  const rate = (of: NumericUnit): string => `${Number((unitsPerSecond[of] / step).toPrecision(3))} Hz`;
  const isReachable = middle / unitsPerSecond[unit] <= sinceEpoch.to;
  const found = isReachable
    ? `a step of ${Number(step.toPrecision(4))}, which is ${rate(unit)} in ${unit} (${because})`
    : `${middle}, which in ${unit} (${because}) is after the year 2103`;
  const tick = nominalRateHz === undefined ? Number.NaN : 1e3 / (step * nominalRateHz);
  const inTicks =
    others.length === 0 && isReachable && tick >= usualTicks.lower && tick <= usualTicks.upper
      ? [`${nominalRateHz} Hz in ticks of ${Number(tick.toPrecision(3))} ms`]
      : [];
  const crystal = isReachable ? crystalRate(step) : undefined;
  if (crystal !== undefined) inTicks.unshift(`${crystal} Hz in ticks of 1/${crystalHz} s`);
  const instead = [...others.map((of) => `${rate(of)} in ${of}`), ...inTicks].join(", or ");
  const expected = isReachable ? "a plausible sampling rate" : "a plausible time";
  const isDated = because === "judging by their size";
  const own = isReachable && (isDated || isRatePossibleInUnit(unitsPerSecond[unit] / step)) ? [unit] : [];
  const possible = [...own, ...others, ...(crystal === undefined ? [] : [`1/${crystalHz}s`])];
  const examples = possible.length === 0 ? ["ms"] : possible;
  return new DataFault({
    code: "sampling_rate",
    message: `${file}: column "${name}": expected ${expected}, found ${found}${instead === "" ? "" : `; it would be ${instead}`}.`,
    advice: `Specify what the numbers mean with --time-unit, such as ${examples.map((of) => `--time-unit ${of}`).join(", ")} or --time-unit 10ms.`,
    file,
    column: name,
    expected,
    found,
  });
}

const otherUnits: readonly (readonly [ending: RegExp, perSecond: number])[] = [
  [/(?:[^a-z]|time|elapsed|^)(?:min|mins|minut(?:es?|en?|os?|i)|minuut)\W*$/i, 1 / 60],
  [/(?:[^a-z]|^)(?:h|hrs?|hours?|std|stunden?|heures|horas|ore|uren)\W*$/i, 1 / 3600],
  [/(?:[^a-z]|^)(?:cs|centiseconds?|hundredths)\W*$/i, 100],
  [/(?:[^a-z]|^)(?:ds|deciseconds?|tenths)\W*$/i, 10],
];

/**
 * Returns 256 for "TIME [s/256]" and "t (1/256 s)", and the units per second for minutes, hours, hundredths and tenths, as in
 * "Time [min]".
 */
function unitOfPartsOfSecondInName(name: string): number | undefined {
  const other = otherUnits.find(([ending]) => ending.test(name.trim()));
  if (other !== undefined) return other[1];
  const found = /(?:\b(?:s|secs?)\/(\d{2,6})|\b1\/(\d{2,6}) ?(?:s|secs?)\b)\W*$/i.exec(name.trim());
  return found === null ? undefined : Number(found[1] ?? found[2]);
}

/** Returns the unit at the end of a column name. A plural s, as in timestamps, is not a unit, unlike the S in timeS. */
export function timeUnitInName(name: string): (typeof steppedUnits)[number] | undefined {
  const ending =
    /(?:[^a-z]|stamp|time|elapsed|epoch|^)(secs?|ms|millis|[uµμ]s|micros|ns|nanos|(?:milli|mili|mi[ck]ro|nano)?(?:seconds?|sekunden?|second(?:es?|en|i|o)|segundos?))\W*$/i;
  const trimmed = name.trim();
  const unit = ending.exec(trimmed)?.[1]?.toLowerCase();
  if (unit === undefined) return /(?:[^A-Za-z]|^)[sS]\W*$|[a-z]S\W*$/.test(trimmed) ? "s" : undefined;
  if (/^(ms|mil)/.test(unit)) return "ms";
  if (/^([uµμ]s|mi[ck])/.test(unit)) return "us";
  return unit.startsWith("n") ? "ns" : "s";
}
