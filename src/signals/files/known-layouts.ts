// Recognises tables from devices and their programs that have documented columns or a documented rate but no header line or no
// time column, by their width, their first values and the lines before them.

import { basename, dirname } from "node:path";
import { sensorsByName } from "../sensors/sensors-by-name.ts";
import { axesOfKnownLayout, dataSetLayout, type KnownLayout } from "./data-set-layouts.ts";
import { fileBytes } from "./file-bytes.ts";
import { type StatedClock, statedClock } from "./stated-clock.ts";
import { isMissingMark } from "./table-limits.ts";
import type { TextLayout } from "./text-layout.ts";
import { usualColumnOfRole } from "./usual-column-names.ts";

const dateTime = /^\d{1,4}[-/]\d{1,2}[-/]\d{1,4}[ T]\d/;
/** Minimum mean acceleration with gravity, in g; a smaller mean indicates that gravity was removed. */
const leastMeanG = 0.4;
/** Maximum mean acceleration of any movement, in g; a larger mean indicates m/s^2. */
const mostMeanG = 4;
/** Matches times as written by cwa-convert with -t:unix; the values that follow must be possible in g. */
const unixSeconds = /^1\d{9}\.\d{3,6}$/;

/** @param base the file's name without folders */
export function knownLayout(base: string, { preamble, names, sample }: TextLayout): KnownLayout | undefined {
  const [first, second] = sample;
  if (first === undefined || second === undefined) return undefined;
  const width = first.length;
  const text = preamble.join("\n");
  const empatica = names === undefined ? knownEmpaticaLayout(first, second) : undefined;
  const known = empatica ?? knownActigraphLayout(text, width, names);
  if (known !== undefined) return known;
  if (names !== undefined) return knownLayoutWithNames(preamble, names, sample);
  if (/GENEActiv/i.test(text) && width === 7)
    return {
      is: "GENEActiv",
      names: ["timestamp", ...axesOfKnownLayout("acc", " (g)"), "light_lux", "button", "temperature"],
    };
  return knownOpenSignalsLayout(preamble, width) ?? knownAxivityLayout(sample) ?? dataSetLayout(base, first);
}

/** The first line of an Empatica E4's ACC.csv holds the start, and the second line the rate, three times each. */
function knownEmpaticaLayout(first: readonly string[], second: readonly string[]): KnownLayout | undefined {
  const [start, rateHz] = [Number(first[0]), Number(second[0])];
  if (first.length !== 3 || !(start > 1e8) || !(rateHz > 0 && rateHz <= 1000)) return undefined;
  if (first.some((value) => Number(value) !== start) || second.some((value) => Number(value) !== rateHz))
    return undefined;
  const names = axesOfKnownLayout("acc", " (g)");
  return { is: "Empatica E4", names, clock: { start, rateHz }, skip: 2, scale: 1 / 64 };
}

function knownActigraphLayout(
  text: string,
  width: number,
  names: readonly string[] | undefined,
): KnownLayout | undefined {
  if (!/ActiGraph/i.test(text)) return undefined;
  const axes = ["X", "Y", "Z"].map((axis) => `Accelerometer ${axis}`);
  if (width === 3) {
    const rate = /at (\d+(?:\.\d+)?) ?Hz/i.exec(text)?.[1];
    const start = startOfKnownLayout(text);
    if (rate === undefined || start === undefined) return undefined;
    const own = (names ?? axes).map((name) => `${name} (g)`);
    return { is: "ActiGraph", names: own, clock: { start, rateHz: Number(rate) } };
  }
  if (names !== undefined || width !== 4) return undefined;
  return { is: "ActiGraph", names: ["Timestamp", ...axes.map((name) => `${name} (g)`)] };
}

/** A table with names whose rate is given elsewhere. */
function knownLayoutWithNames(
  preamble: readonly string[],
  names: readonly string[],
  sample: TextLayout["sample"],
): KnownLayout | undefined {
  // PhysioNet's rdsamp writes 'sample interval' above '0.01 sec'.
  const seconds = /^sample interval \(([\d.]+) sec\)$/i.exec(names[0]!)?.[1];
  if (seconds !== undefined) {
    const named = ["sample", ...names.slice(1)];
    return { is: statedRateLayout, names: named, clock: { start: 0, rateHz: 1 / Number(seconds) } };
  }
  const acqKnowledge = knownAcqKnowledgeLayout(preamble, names);
  if (acqKnowledge !== undefined) return acqKnowledge;
  const filled = names.filter((_, c) => sample.some((values) => !isMissingMark(values[c] ?? "")));
  const clock = clockInKnownLayout(preamble, filled);
  return clock === undefined ? undefined : { is: statedRateLayout, names, clock };
}

/** Times, followed by values that are possible in g, as cwa-convert writes them. */
function knownAxivityLayout(sample: TextLayout["sample"]): KnownLayout | undefined {
  const first = sample[0]!;
  if (!dateTime.test(first[0]!) && !unixSeconds.test(first[0]!)) return undefined;
  if (![4, 7, 10].includes(first.length) || !first.slice(1).every((value) => Number.isFinite(Number(value))))
    return undefined;
  const lengths = sample.map((values) => Math.hypot(...values.slice(1, 4).map(Number)));
  const meanG = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  if (!(meanG >= leastMeanG && meanG <= mostMeanG)) return undefined;
  const sensors = [axesOfKnownLayout("acc", " (g)"), axesOfKnownLayout("gyro", " (deg/s)"), axesOfKnownLayout("mag")];
  return { is: "Axivity", names: ["timestamp", ...sensors.slice(0, (first.length - 1) / 3).flat()] };
}

/** The other sensors of an Empatica E4, whose files have no column names, next to its ACC.csv. */
const besideE4 = /^(bvp|eda|hr|ibi|temp|tags)\.csv$/i;

/**
 * Separates the files of an Empatica E4 that hold no accelerations, next to its ACC.csv, from all other files. A file whose
 * column names include a sensor's does not count as one of them.
 */
export async function besideKnownLayout<File extends { readonly path: string; readonly stored?: string }>(
  files: readonly File[],
): Promise<{ readonly read: readonly File[]; readonly beside: readonly File[] }> {
  const folders = new Set(
    files.filter(({ path }) => /^acc\.csv$/i.test(basename(path))).map(({ path }) => dirname(path)),
  );
  const beside: File[] = [];
  for (const file of files) {
    const { path, stored = path } = file;
    if (!folders.has(dirname(path)) || !besideE4.test(basename(path))) continue;
    const names = Buffer.from(await fileBytes(stored, 0, 2 ** 12))
      .toString("latin1")
      .split(/\r|\n/)[0]!;
    if (sensorsByName(names.split(/[,;\t]/).map((name) => name.trim())).length === 0) beside.push(file);
  }
  return { read: files.filter((file) => !beside.includes(file)), beside };
}

/**
 * Returns the layout of a table from AcqKnowledge. Above a table of CH1, CH2 and so on, AcqKnowledge writes the name and the
 * unit of each channel in two lines; the first row gives the number of samples.
 */
function knownAcqKnowledgeLayout(preamble: readonly string[], names: readonly string[]): KnownLayout | undefined {
  const at = preamble.findIndex((line) => /^\d+ channels?\s*$/i.test(line));
  const titles = preamble.slice(at + 1).map((line) => line.trim());
  const own = names.filter((name) => /^CH\d+$/i.test(name));
  if (at < 0 || own.length === 0 || titles.length < 2 * own.length) return undefined;
  const named = names.map((name) => {
    const channel = own.indexOf(name);
    if (channel >= 0) return `${titles[2 * channel]} (${titles[2 * channel + 1]})`;
    return name === "" ? name : `Time (${name})`;
  });
  const clock = clockInKnownLayout(preamble, named);
  return { is: statedRateLayout, names: named, skip: 1, ...(clock !== undefined && { clock }) };
}

/** Name of the layout of a table that is read unchanged except that times are added to its rows. */
export const statedRateLayout = "a stated rate";

/** Returns the rate and start given in the lines before a table without a time column. */
export function clockInKnownLayout(lines: readonly string[], names: readonly string[]): StatedClock | undefined {
  const stated = statedClock(lines);
  return stated === undefined || usualColumnOfRole(names, "time") !== null ? undefined : stated;
}

interface OpenSignalsDevice {
  readonly column: readonly string[];
  readonly sensor: readonly string[];
  readonly "sampling rate": number;
}

/** The second line describes each device as JSON; an accelerometer's columns contain converter counts. */
function knownOpenSignalsLayout(preamble: readonly string[], width: number): KnownLayout | undefined {
  if (!/^# OpenSignals/.test(preamble[0] ?? "")) return undefined;
  let devices: OpenSignalsDevice[];
  try {
    devices = Object.values(JSON.parse(preamble[1]!.replace(/^#\s*/, "")) as Record<string, OpenSignalsDevice>);
  } catch {
    return undefined;
  }
  const columns = devices.flatMap(({ column, sensor }) => {
    const axes = ["x", "y", "z"];
    const firstSensor = column.length - sensor.length;
    return column.map((name, c) => {
      const kind = sensor[c - firstSensor];
      const axis = /^ACC([XYZ])$/.exec(kind ?? "")?.[1]?.toLowerCase();
      if (axis !== undefined) return `acc_${axis} (raw)`;
      return kind === "XYZ" || kind === "ACC" ? `acc_${axes.shift() ?? name} (raw)` : name;
    });
  });
  const rateHz = devices[0]?.["sampling rate"];
  // Each line ends with a separator.
  const names = Array.from({ length: width }, (_, c) => columns[c] ?? "");
  if (rateHz === undefined || columns.length < width - 1 || columns.length > width) return undefined;
  return { is: "OpenSignals", names, clock: { start: 0, rateHz } };
}

/** Returns the start date and time in an ActiGraph header, whose first line gives the date format. */
function startOfKnownLayout(text: string): number | undefined {
  const time = /Start Time (\d+):(\d+):(\d+)/i.exec(text);
  const date = /Start Date (\d+)[/.-](\d+)[/.-](\d+)/i.exec(text);
  if (time === null || date === null) return undefined;
  const [a, b, c] = date.slice(1).map(Number) as [number, number, number];
  const [year, month, day] = a > 31 ? [a, b, c] : /date format d/i.test(text) ? [c, b, a] : [c, a, b];
  const [h, m, s] = time.slice(1).map(Number) as [number, number, number];
  const start = Date.UTC(year, month - 1, day, h, m, s) / 1000;
  return Number.isFinite(start) ? start : undefined;
}
