// For each clock, the format of its times, the names of its column, and the options that a user would need.

import type { ColumnOptions } from "../../../src/signals/data/named-columns.ts";
import type { Form } from "./form.ts";

type Clock = Form["clock"];

export interface WrittenClock {
  /** The usual names of the clock's column; empty if there is no time column. */
  readonly names: readonly string[];
  /**
   * The time of a row as written.
   * @param t seconds after the beginning of a person's first recording
   * @param i index of the row in its recording
   */
  readonly cell: (t: number, i: number) => string;
  /** Whether cells are numbers. */
  readonly numeric: boolean;
  /** Whether times count from the beginning of each person's recordings. */
  readonly relative: boolean;
  /** Largest difference between the time that is read and the sample's time, in seconds, apart from a constant offset. */
  readonly error: number;
  readonly options?: ColumnOptions;
  /** Whether the user has to pass --rate. */
  readonly needsRate?: true;
}

/**
 * Start times of the recordings: on an ordinary day, just before midnight on a date whose day and month are ambiguous, and at
 * the end of a year.
 */
const starts = [
  Date.UTC(2024, 4, 13, 9, 30),
  Date.UTC(2024, 4, 4, 23, 59, 45),
  Date.UTC(2023, 11, 31, 23, 59, 45),
] as const;
/** In London, clocks go back at 01:00 UTC on this date. */
const fallBack = Date.UTC(2024, 9, 27, 1);
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const two = (value: number): string => String(value).padStart(2, "0");

function partsOf(ms: number): {
  y: number;
  mo: number;
  d: number;
  h: number;
  mi: number;
  s: number;
  f: string;
  day: string;
  time: string;
} {
  const iso = new Date(ms).toISOString();
  const [y, mo, d, h, mi, s] = iso.split(/\D/).map(Number) as [number, number, number, number, number, number];
  return { y, mo, d, h, mi, s, f: iso.slice(20, 23), day: iso.slice(0, 10), time: iso.slice(11, 23) };
}

export function clockOf({ clock, clockName, rateHz }: Pick<Form, "clock" | "clockName" | "rateHz">): WrittenClock {
  const start = starts[clockName];
  const ms = (t: number): number => start + Math.round(1000 * t);
  // If 12 or 13 rows share a tenth of a second, spreading them causes errors of up to a row.
  const uneven = Number.isInteger(rateHz / 10) ? 0.002 : 0.5 / rateHz + 0.002;
  const number = (
    names: readonly string[],
    cell: WrittenClock["cell"],
    more: Partial<WrittenClock> = {},
  ): WrittenClock => {
    return { names, cell, numeric: true, relative: true, error: 0, ...more };
  };
  const text = (cell: (ms: number) => string, more: Partial<WrittenClock> = {}): WrittenClock => ({
    names: ["timestamp", "datetime", "Date and Time"],
    cell: (t) => cell(ms(t)),
    numeric: false,
    relative: false,
    error: 0.0005,
    ...more,
  });
  const epoch = (perSecond: number, names: readonly string[]): WrittenClock =>
    number(
      names,
      (t) =>
        perSecond === 1
          ? (start / 1000 + t).toFixed(6)
          : `${BigInt(start / 1000) * BigInt(perSecond) + BigInt(Math.round(t * perSecond))}`,
      {
        relative: false,
        error: Math.max(0.5 / perSecond, 3e-7),
      },
    );
  const clocks: Record<Clock, () => WrittenClock> = {
    s: () => number(["timestamp_s", "time", "Seconds elapsed"], (t) => t.toFixed(7)),
    ms: () => number(["timestamp_ms", "timestamps", "Time (ms)"], (t) => (1000 * t).toFixed(0), { error: 0.0005 }),
    us: () => number(["time_us", "timestamp", "elapsed [us]"], (t) => (1e6 * t).toFixed(0)),
    ns: () => number(["timestamp_ns", "time", "t (ns)"], (t) => (1e9 * t).toFixed(0)),
    "epoch s": () => epoch(1, ["timestamp", "epoch", "unix_time"]),
    "epoch ms": () => epoch(1e3, ["timestamp", "epoch (ms)", "time"]),
    "epoch us": () => epoch(1e6, ["timestamp", "epoch_us", "time"]),
    "epoch ns": () => epoch(1e9, ["timestamp", "timestamp_ns", "time"]),
    "iso z": () => text((at) => `${partsOf(at).day}T${partsOf(at).time}Z`),
    "iso local": () => text((at) => `${partsOf(at).day}T${partsOf(at).time}`),
    "iso space": () => text((at) => `${partsOf(at).day} ${partsOf(at).time}`),
    "iso offset": () => text((at) => `${partsOf(at + 7_200_000).day}T${partsOf(at + 7_200_000).time}+02:00`),
    "zone in brackets": () =>
      text((at) => `${partsOf(at + 3_600_000).day} ${partsOf(at + 3_600_000).time}+0100 [Europe/London]`),
    "dst with zone": () => ({
      ...text(() => ""),
      cell: (t) => {
        const at = fallBack - 20_000 + Math.round(1000 * t);
        const { day, time } = partsOf(at < fallBack ? at + 3_600_000 : at);
        return `${day} ${time}`;
      },
      options: { timeZone: "Europe/London" },
    }),
    dmy: () => text((at) => `${two(partsOf(at).d)}/${two(partsOf(at).mo)}/${partsOf(at).y} ${partsOf(at).time}`),
    mdy: () => text((at) => `${partsOf(at).mo}/${partsOf(at).d}/${partsOf(at).y} ${partsOf(at).time}`),
    "dmy dots": () => text((at) => `${two(partsOf(at).d)}.${two(partsOf(at).mo)}.${partsOf(at).y} ${partsOf(at).time}`),
    "am pm": () =>
      text((at) => {
        const { y, mo, d, h, mi, s, f } = partsOf(at);
        return `${mo}/${d}/${y} ${h % 12 === 0 ? 12 : h % 12}:${two(mi)}:${two(s)}.${f} ${h < 12 ? "AM" : "PM"}`;
      }),
    "month name": () =>
      text((at) => `${two(partsOf(at).d)} ${months[partsOf(at).mo - 1]} ${partsOf(at).y} ${partsOf(at).time}`),
    "colon fraction": () => text((at) => `${partsOf(at).day} ${partsOf(at).time.replace(".", ":")}`),
    "serial days": () =>
      number(["timestamp", "datetime", "time"], (t) => (25_569 + (start / 1000 + t) / 86_400).toFixed(10), {
        relative: false,
        error: 1e-5,
      }),
    ticks: () =>
      number(["ticks"], (t) => (1024 * t).toFixed(0), {
        error: 0.0005,
        options: { time: "ticks", timeUnit: "1/1024s" },
      }),
    samples: () => number(["sample"], (t) => (rateHz * t).toFixed(0), { options: { time: "sample" }, needsRate: true }),
    none: () => ({ ...number([], () => ""), needsRate: true }),
    "time of day": () => text((at) => partsOf(at).time, { names: ["time", "timestamp", "Time"] }),
    minutes: () =>
      text((at) => `${two(partsOf(at).mi)}:${two(partsOf(at).s)}.${partsOf(at).f[0]}`, {
        names: ["time", "timestamp", "Time"],
        cell: (t) => {
          const { mi, s, f } = partsOf(Date.UTC(2024, 4, 13, 9, 59, 45) + Math.floor(1000 * t + 1e-6));
          return `${two(mi)}:${two(s)}.${f[0]}`;
        },
        error: uneven,
      }),
    "whole seconds": () =>
      number(["timestamp", "epoch", "time"], (t) => String(Math.floor(start / 1000 + t + 0.4 + 1e-7)), {
        relative: false,
        error: 0.002,
      }),
    tenths: () =>
      number(["time_s", "timestamp", "time"], (t) => (Math.floor(10 * t + 1e-6) / 10).toFixed(1), { error: uneven }),
    packets: () =>
      number(
        ["timestamp_s", "time_s", "time (s)"],
        (t, i) => (t + (4 - ((i + 5) % 5)) * (1 / rateHz - 0.001)).toFixed(4),
        {
          error: 0.002,
        },
      ),
    "date and time": () => text((at) => partsOf(at).time, { names: ["time", "Time", "time"] }),
  };
  return clocks[clock]();
}

/** The date, for clocks that have a date column in addition to the time of day. */
export function dateOf({ clockName }: Pick<Form, "clockName">, t: number): string {
  return partsOf(starts[clockName] + Math.round(1000 * t)).day;
}
