// Computes the time of each row in seconds, from the time column or by counting rows.

import { UserError } from "../../errors.ts";
import type { Reporter } from "../../reporter.ts";
import type { TimeUnit } from "./column-roles.ts";
import type { RowChunk, Table } from "./row-chunks.ts";
import { headRows } from "./row-pace.ts";
import type { RowKey } from "./row-texts.ts";
import { isDateTimeInSchema } from "./table-schema.ts";
import { detectTimeUnit, unitsPerSecond } from "./time-unit.ts";

/** A chunk with its times. */
export interface TimedChunk {
  readonly chunk: RowChunk;
  /** [rows] seconds; NaN for missing values. */
  readonly seconds: Float64Array;
}

/** Turns a file's times into seconds. */
interface FileClock {
  readonly unit: TimeUnit;
  seconds(chunk: RowChunk): Float64Array;
}

/** Reads the clock of each file on its own, because devices differ. */
export class RowClocks {
  readonly #table: Table;
  readonly #files: readonly string[];
  readonly #nominalRateHz: number | undefined;
  readonly #warn: Reporter["warn"];
  readonly #units = new Map<TimeUnit, string>();

  /**
   * @param warn called if a clock had to be guessed
   * @throws UserError if there is neither a time column nor a rate
   */
  constructor(table: Table, files: readonly string[], nominalRateHz: number | undefined, warn: Reporter["warn"]) {
    if (table.roles.time === null && nominalRateHz === undefined) {
      throw new UserError("No time column was found, and no sampling rate was given from which to compute times.", {
        advice: "Name the column with --time, or give the rate of the recordings with --rate.",
      });
    }
    this.#table = table;
    this.#files = files;
    this.#nominalRateHz = nominalRateHz;
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

  /** All rows; they can be read only once. @throws DataFault if a file's clock cannot be read */
  async *chunks(): AsyncGenerator<TimedChunk> {
    if (this.#table.roles.time === null) {
      const rateHz = this.#nominalRateHz!;
      this.#warn(`No time column was found, so rows are assumed to be recorded at ${rateHz} per second, without gaps.`);
      const seconds = countingRowClock(this.#table.keys, rateHz);
      for await (const chunk of this.#table.chunks()) yield { chunk, seconds: seconds(chunk) };
      return;
    }
    let head: RowChunk[] = [];
    let clock: FileClock | undefined;
    for await (const chunk of this.#table.chunks()) {
      if (head.length > 0 && chunk.file !== head[0]!.file) {
        yield* this.#timed(head, clock ?? this.#open(head));
        [head, clock] = [[], undefined];
      }
      if (clock !== undefined) {
        yield { chunk, seconds: clock.seconds(chunk) };
        continue;
      }
      head.push(chunk);
      if (head.reduce((rows, each) => rows + each.rows, 0) < headRows) continue;
      clock = this.#open(head);
      yield* this.#timed(head, clock);
      head = [{ ...head[0]!, rows: 0 }];
    }
    if (clock === undefined && head.length > 0) yield* this.#timed(head, this.#open(head));
    if (this.#units.size > 1) {
      const units = [...this.#units].map(([unit, file]) => `${unit} in ${file}`).join(", ");
      this.#warn(`The files have different clocks, and each is read in its own unit: ${units}.`);
    }
  }

  *#timed(chunks: readonly RowChunk[], clock: FileClock): Generator<TimedChunk> {
    for (const chunk of chunks) if (chunk.rows > 0) yield { chunk, seconds: clock.seconds(chunk) };
  }

  #open(head: readonly RowChunk[]): FileClock {
    const file = this.#files[head[0]!.file]!;
    const clock = this.#clockOf(file, head);
    if (!this.#units.has(clock.unit)) this.#units.set(clock.unit, file);
    return clock;
  }

  #clockOf(file: string, head: readonly RowChunk[]): FileClock {
    const { roles, keys, timeType } = this.#table;
    const column = roles.time!;
    if (isDateTimeInSchema(timeType!)) return { unit: "timestamp", seconds: ({ time }) => time! };
    const { unit, because } = detectTimeUnit(file, column, { keys, chunks: head }, this.#nominalRateHz);
    if (unit === "index") {
      const rateHz = this.#nominalRateHz!;
      this.#warn(
        `Column "${column}" increases by 1 from row to row, so it is assumed to count samples at ${rateHz} per second. If it is a time, put its unit into the column's name (time_s, time_ms, ...).`,
      );
      return { unit, seconds: ({ time }) => time!.map((sample) => sample / rateHz) };
    }
    if (because !== "name" && unit !== "s") {
      this.#warn(
        `Column "${column}" does not name its unit. Judging by its steps, the unit is ${unit}. If it is not, put the unit into the column's name (time_s, time_ms, ...).`,
      );
    }
    const perSecond = unitsPerSecond[unit];
    return { unit, seconds: ({ time }) => (perSecond === 1 ? time! : time!.map((value) => value / perSecond)) };
  }
}

/** Divides the row number within the recording by the rate. Rows that will be dropped are counted as well, and leave a gap. */
function countingRowClock(keys: readonly RowKey[], rateHz: number): (chunk: RowChunk) => Float64Array {
  const counters = new Map<string, { rows: number }>();
  const counterOfKey: { rows: number }[] = [];
  const counterOf = (index: number): { rows: number } => {
    const known = counterOfKey[index];
    if (known !== undefined) return known;
    const key = keys[index]!;
    const name = `${key.user}\x1f${key.recording ?? key.file}`;
    const counter = counters.get(name) ?? { rows: 0 };
    counters.set(name, counter);
    counterOfKey[index] = counter;
    return counter;
  };
  return ({ keyOfRow }) => Float64Array.from(keyOfRow, (key) => counterOf(key).rows++ / rateHz);
}
