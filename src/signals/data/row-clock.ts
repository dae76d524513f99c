// Computes the time of each row in seconds, from the time column or by counting rows.

import { UserError } from "../../errors.ts";
import type { Reporter } from "../../reporter.ts";
import { epochWarning } from "./clock-epoch.ts";
import type { TimeUnit } from "./column-roles.ts";
import { digitClockFault, digitClockScale, secondsOfDigitClock } from "./digit-clock.ts";
import { localTimeConverter } from "./local-time.ts";
import { RecordingStates } from "./recording-states.ts";
import type { RowChunk, RowTable } from "./row-chunks.ts";
import { headRows, type RowPace, rowPace } from "./row-pace.ts";
import { daysOfTimeUnitIn1970, detectTimeUnit, secondsOfTimeUnit, steppedUnits, unitsPerSecond } from "./time-unit.ts";

/** A chunk of rows with their times. */
export interface TimedChunk {
  readonly chunk: RowChunk;
  /** [rows] times in seconds; NaN for missing values. */
  readonly seconds: Float64Array;
  /** Whether rows in this file share times without being duplicates. */
  readonly repeats: boolean;
}

/** Sizes at which microcontroller counters overflow and restart at 0. */
const counterSizes: readonly number[] = [2 ** 16, 2 ** 24, 2 ** 31, 2 ** 32];
/** Lengths of a GPS week in s and ms, after which the time of week restarts at 0. */
const weekSizes: readonly number[] = [604_800, 604_800_000];
/** Maximum number of steps between two consecutive numbers if the counter overflowed in between. */
const wrapSteps = 20;

/** Converts a file's times to seconds. */
interface FileClock {
  readonly unit: TimeUnit;
  seconds(chunk: RowChunk): Float64Array;
}

export interface ClockOptions {
  /** Rate in Hz. Takes the place of a missing time column, and helps to infer an unknown time unit. */
  readonly nominalRateHz: number | undefined;
  /** Rate in Hz used to infer an unknown time unit if there is no nominal rate. */
  readonly likelyRateHz?: number | undefined;
  /** As in `--time-unit`. */
  readonly timeUnit?: string | undefined;
  /** As in `--time-zone`. */
  readonly timeZone?: string | undefined;
}

/** Interprets the clock of each file separately, because devices differ. */
export class RowClocks {
  readonly #table: RowTable;
  readonly #files: readonly string[];
  readonly #options: ClockOptions;
  readonly #warn: Reporter["warn"];
  readonly #units = new Map<TimeUnit, string>();
  /** Units, by file, that come from the column's name or only from the sizes of steps. */
  readonly doubtful: Map<string, { unit: (typeof steppedUnits)[number]; because: "name" | "steps" }> = new Map();
  readonly #ofRecordings: RecordingStates<{ shift: number; last: number; first?: number }>;
  readonly #toUtc: ReturnType<typeof localTimeConverter> | undefined;
  #isContinued = false;

  /**
   * @param warn called if a clock had to be guessed
   * @throws UserError if there is neither a time column nor a rate
   */
  constructor(table: RowTable, files: readonly string[], options: ClockOptions, warn: Reporter["warn"]) {
    if (table.roles.time === null && options.nominalRateHz === undefined) {
      throw new UserError(
        `${files[0]}: no time column was found, and no sampling rate was given to compute times from.`,
        {
          advice: "Specify the column with --time, or give the rate of the recordings with --rate, such as --rate 50.",
        },
      );
    }
    this.#table = table;
    this.#files = files;
    this.#options = options;
    this.#ofRecordings = new RecordingStates(table.keys, () => ({ shift: 0, last: Number.NEGATIVE_INFINITY }));
    this.#toUtc = options.timeZone === undefined ? undefined : localTimeConverter(options.timeZone);
    const warned = new Set<string>();
    this.#warn = (message) => {
      if (!warned.has(message)) warn(message);
      warned.add(message);
    };
  }

  /** Unit of the first file's clock. */
  get timeUnit(): TimeUnit {
    return this.#units.keys().next().value ?? "index";
  }

  /** Whether a clock began again within a recording, so that the times as written are not in order. */
  get isContinued(): boolean {
    return this.#isContinued;
  }

  /** Yields all rows; can be called only once. @throws DataFault if a file's clock cannot be read */
  async *chunks(): AsyncGenerator<TimedChunk> {
    if (this.#table.roles.time === null) {
      const rateHz = this.#options.nominalRateHz!;
      this.#warn(`No time column was found, so rows are assumed to be recorded at ${rateHz} per second, without gaps.`);
      const counters = new RecordingStates(this.#table.keys, () => ({ rows: 0 }));
      for await (const chunk of this.#table.chunks()) {
        // Rows that will be dropped later also count as samples and leave a gap.
        const seconds = new Float64Array(chunk.rows);
        for (let i = 0; i < seconds.length; i++) seconds[i] = counters.of(chunk.keyOfRow[i]!).rows++ / rateHz;
        yield { chunk, seconds, repeats: false };
      }
      return;
    }
    let head: RowChunk[] = [];
    let headCount = 0;
    let timed: ((chunk: RowChunk) => TimedChunk) | undefined;
    let file = -1;
    for await (const chunk of this.#table.chunks()) {
      if (chunk.file !== file) {
        if (head.length > 0) yield* head.map(timed ?? this.#open(head));
        [head, headCount, timed, file] = [[], 0, undefined, chunk.file];
      }
      if (timed !== undefined) {
        yield timed(chunk);
        continue;
      }
      head.push(chunk);
      headCount += chunk.rows;
      if (headCount < headRows) continue;
      timed = this.#open(head);
      yield* head.map(timed);
      head = [];
    }
    if (head.length > 0) yield* head.map(this.#open(head));
    if (this.#units.size > 1) {
      const units = [...this.#units].map(([unit, name]) => `${unit} in ${name}`).join(", ");
      this.#warn(`The files have different clocks, and each is read in its own unit: ${units}.`);
    }
  }

  /** @param head the first chunks of a file */
  #open(head: readonly RowChunk[]): (chunk: RowChunk) => TimedChunk {
    const file = this.#files[head[0]!.file]!;
    const pace = rowPace({ keys: this.#table.keys, chunks: head });
    const clock = this.#clockOf(file, head, pace);
    if (!this.#units.has(clock.unit)) this.#units.set(clock.unit, file);
    // If the rate is given, even rows that all have the same time can be placed.
    const repeats = pace.repeats || (pace.isConstant && this.#options.nominalRateHz !== undefined);
    return (chunk) => ({ chunk, seconds: clock.seconds(chunk), repeats });
  }

  #clockOf(file: string, head: readonly RowChunk[], pace: RowPace): FileClock {
    const column = this.#table.roles.time!;
    const { nominalRateHz, likelyRateHz, timeUnit: given } = this.#options;
    const { numbers, local, wrapsAfter } = head[0]!.reading!;
    if (!numbers) {
      if (given !== undefined) {
        throw new UserError(`--time-unit ${given}: the times in ${file} are not numbers`, {
          advice: "Leave the option out, or give the format of the times with --time-format.",
        });
      }
      const toUtc = local && wrapsAfter === undefined ? this.#toUtc : undefined;
      if (wrapsAfter === undefined && toUtc === undefined) return { unit: "timestamp", seconds: ({ time }) => time! };
      return { unit: "timestamp", seconds: (chunk) => this.#continued(chunk, wrapsAfter, toUtc) };
    }
    if (given !== undefined) {
      const tick = secondsOfTimeUnit(given, nominalRateHz);
      const unit = steppedUnits.find((name) => name === given) ?? (given === "samples" ? "index" : "ticks");
      return { unit, seconds: ({ time }) => time!.map((value) => (tick < 1 ? value / (1 / tick) : value * tick)) };
    }
    const scale = digitClockScale({ keys: this.#table.keys, chunks: head });
    if (scale !== undefined) return this.#digitClock(file, head, scale);
    const { unit, because, ticks, doubt } = detectTimeUnit(file, column, pace, nominalRateHz ?? likelyRateHz);
    if (doubt !== undefined) this.#warn(doubt);
    if (unit === "index") {
      if (nominalRateHz === undefined) throw rowClockWithoutRate(file, column);
      this.#warn(
        `Column "${column}" increases by 1 from row to row, so it is assumed to count samples at ${nominalRateHz} per second. If the column contains times, put their unit into its name (time_s, time_ms, ...), or give it with --time-unit.`,
      );
      return { unit, seconds: ({ time }) => time!.map((sample) => sample / nominalRateHz) };
    }
    if (unit === "ticks") {
      const { perSecond, in1970 } = ticks!;
      if (because !== "name")
        this.#warn(
          `Column "${column}" does not give its unit. Judging by the size of its numbers, it counts ticks of 100 ns, as Windows does. If the unit is different, give it with --time-unit.`,
        );
      return { unit, seconds: ({ time }) => time!.map((value) => (value - in1970) / perSecond) };
    }
    const stepped = steppedUnits.find((name) => name === unit);
    if (because !== "size" && stepped !== undefined) this.doubtful.set(file, { unit: stepped, because });
    if (because !== "name" && unit !== "s") {
      this.#warn(
        `Column "${column}" does not give its unit. Judging by its steps, the unit is ${unit}. If the unit is different, put it into the column's name (time_s, time_ms, ...), or give it with --time-unit.`,
      );
    }
    const perSecond = unitsPerSecond[unit];
    const epoch = epochWarning(column, pace.middle / perSecond);
    if (epoch !== undefined && unit !== "days") this.#warn(epoch);
    const in1970 = unit === "days" ? daysOfTimeUnitIn1970(pace.middle) : 0;
    return {
      unit,
      seconds: (chunk) => {
        const time = this.#unwrapped(chunk, pace.step);
        return perSecond === 1 ? time : time.map((value) => (value - in1970) / perSecond);
      },
    };
  }

  /** Reads hours, minutes and seconds in digits. @throws DataFault if later digits are not a time of day */
  #digitClock(file: string, [first]: readonly RowChunk[], scale: number): FileClock {
    const column = this.#table.roles.time!;
    const example = first!.time!.find(Number.isFinite)!;
    const read = new Date(1000 * secondsOfDigitClock(example, scale)).toISOString().slice(11, 23);
    this.#warn(
      `Column "${column}" is read as a time of day in digits: ${example} is ${read}. If its numbers count something else, give their unit with --time-unit.`,
    );
    return {
      unit: "timestamp",
      seconds: (chunk) => {
        const time = chunk.time!.map((value, i) => {
          const seconds = secondsOfDigitClock(value, scale);
          if (Number.isNaN(seconds) && Number.isFinite(value)) {
            const row = chunk.firstRow + i + 1;
            throw digitClockFault(file, { column, row, value, example });
          }
          return seconds;
        });
        return this.#continued({ ...chunk, time }, 86_400, undefined);
      },
    };
  }

  /** Continues each recording when a counter of 16, 24, 31 or 32 bits overflows, or a GPS week ends. */
  #unwrapped({ time, keyOfRow }: RowChunk, step: number): Float64Array {
    let unwrapped: Float64Array | undefined;
    for (let i = 0; i < time!.length; i++) {
      const value = time![i]!;
      if (!Number.isFinite(value)) continue;
      const state = this.#ofRecordings.of(keyOfRow[i]!);
      state.first ??= value;
      let at = value + state.shift;
      if (at < state.last) {
        // If the clock restarts at its first value rather than one step after its last value, the rows that follow are more
        // likely to be another recording.
        const most = value === state.first ? 1.5 * step : wrapSteps * step;
        const overflow = [...counterSizes, ...weekSizes].find(
          (size) => state.last - state.shift < size && Math.abs(at + size - state.last) <= most,
        );
        if (overflow !== undefined) {
          this.#isContinued = true;
          state.shift += overflow;
          at += overflow;
          this.#warn(
            `Column "${this.#table.roles.time}" overflows at ${overflow.toLocaleString("en")}, as ${weekSizes.includes(overflow) ? "the time of a GPS week does" : `counters of ${Math.log2(overflow)} bits do`}. The recording is continued after the restart.`,
          );
        }
      }
      if (state.shift !== 0) {
        unwrapped ??= Float64Array.from(time!);
        unwrapped[i] = at;
      }
      state.last = at;
    }
    return unwrapped ?? time!;
  }

  /** Continues each recording when its clock restarts after an hour or a day, and converts local times to UTC. */
  #continued(
    { time, keyOfRow }: RowChunk,
    wrapsAfter: number | undefined,
    toUtc: ReturnType<typeof localTimeConverter> | undefined,
  ): Float64Array {
    return time!.map((value, i) => {
      if (!Number.isFinite(value)) return value;
      const state = this.#ofRecordings.of(keyOfRow[i]!);
      let at = value + state.shift;
      if (wrapsAfter !== undefined && at < state.last - wrapsAfter / 2) {
        this.#isContinued = true;
        state.shift += wrapsAfter;
        at += wrapsAfter;
        this.#warn(
          `Column "${this.#table.roles.time}" has no ${wrapsAfter < 86_400 ? "hour" : "date"}, and its clock begins again within a recording. The recording is continued after the restart.`,
        );
      }
      if (toUtc !== undefined) at = toUtc(at, state.last);
      state.last = at;
      return at;
    });
  }
}

function rowClockWithoutRate(file: string, column: string): UserError {
  return new UserError(
    `${file}: column "${column}" increases by 1 from row to row, so it counts samples, and no sampling rate was given to compute times from.`,
    {
      advice:
        "Give the rate of the recordings with --rate, such as --rate 50. If the column contains times, " +
        "give their unit with --time-unit; if another column does, specify it with --time.",
    },
  );
}
