// Recognises tables that have documented columns but no header line, by their width, their first values and the lines before
// them.

import { basename, dirname } from "node:path";
import { sensorsByName } from "../sensors/sensors-by-name.ts";
import { fileBytes } from "./file-bytes.ts";
import { type StatedClock, statedClock } from "./stated-clock.ts";
import { isMissingMark } from "./table-limits.ts";
import type { TextLayout } from "./text-layout.ts";
import { usualColumnOfRole } from "./usual-column-names.ts";

/** Column names, and how to compute a time column if the file has none. */
export interface KnownLayout {
  readonly is: string;
  readonly names: readonly string[];
  /** Rows per second, and the time of the first row in Unix seconds. */
  readonly clock?: { readonly rateHz: number; readonly start: number };
  /** Number of lines of values to skip at the top. */
  readonly skip?: number;
  /** Factor that converts the values to the units given in their names. */
  readonly scale?: number;
  /** What the data set's documentation says about its codes. */
  readonly note?: string;
}

const xyz = ["x", "y", "z"] as const;
const axesOfKnownLayout = (name: string, unit = ""): string[] => xyz.map((axis) => `${name}_${axis}${unit}`);

const whole = /^\d+$/;
const decimal = /^[+-]?\d+\.\d+(e[+-]?\d+)?$/i;
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
  const equal = (values: readonly string[]): boolean => values.every((value) => Number(value) === Number(values[0]));
  const text = preamble.join("\n");
  if (
    names === undefined &&
    width === 3 &&
    equal(first) &&
    equal(second) &&
    Number(first[0]) > 1e8 &&
    Number(second[0]) > 0 &&
    Number(second[0]) <= 1000
  ) {
    const clock = { start: Number(first[0]), rateHz: Number(second[0]) };
    return { is: "Empatica E4", names: axesOfKnownLayout("acc", " (g)"), clock, skip: 2, scale: 1 / 64 };
  }
  if (/ActiGraph/i.test(text) && width === 3) {
    const rate = /at (\d+(?:\.\d+)?) ?Hz/i.exec(text)?.[1];
    const start = startOfKnownLayout(text);
    if (rate !== undefined && start !== undefined) {
      const own = names ?? ["Accelerometer X", "Accelerometer Y", "Accelerometer Z"];
      return { is: "ActiGraph", names: own.map((name) => `${name} (g)`), clock: { start, rateHz: Number(rate) } };
    }
  }
  if (names !== undefined) {
    // PhysioNet's rdsamp writes 'sample interval' above '0.01 sec'.
    const seconds = /^sample interval \(([\d.]+) sec\)$/i.exec(names[0]!)?.[1];
    if (seconds !== undefined) {
      const named = ["sample", ...names.slice(1)];
      return { is: statedRateLayout, names: named, clock: { start: 0, rateHz: 1 / Number(seconds) } };
    }
    const acqKnowledge = knownAcqKnowledgeLayout(preamble, names);
    if (acqKnowledge !== undefined) return acqKnowledge;
    const clock = clockInKnownLayout(
      preamble,
      names.filter((_, c) => sample.some((values) => !isMissingMark(values[c] ?? ""))),
    );
    return clock === undefined ? undefined : { is: statedRateLayout, names, clock };
  }
  const openSignals = knownOpenSignalsLayout(preamble, width);
  if (openSignals !== undefined) return openSignals;
  if (/ActiGraph/i.test(text) && width === 4)
    return { is: "ActiGraph", names: ["Timestamp", ...["X", "Y", "Z"].map((axis) => `Accelerometer ${axis} (g)`)] };
  if (/GENEActiv/i.test(text) && width === 7)
    return {
      is: "GENEActiv",
      names: ["timestamp", ...axesOfKnownLayout("acc", " (g)"), "light_lux", "button", "temperature"],
    };
  const lengths = sample.map((values) => Math.hypot(...values.slice(1, 4).map(Number)));
  const meanG = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  const inG = meanG >= leastMeanG && meanG <= mostMeanG;
  if (
    (dateTime.test(first[0]!) || unixSeconds.test(first[0]!)) &&
    inG &&
    [4, 7, 10].includes(width) &&
    first.slice(1).every((value) => Number.isFinite(Number(value)))
  ) {
    const sensors = [axesOfKnownLayout("acc", " (g)"), axesOfKnownLayout("gyro", " (deg/s)"), axesOfKnownLayout("mag")]
      .slice(0, (width - 1) / 3)
      .flat();
    return { is: "Axivity", names: ["timestamp", ...sensors] };
  }
  const like = (...patterns: readonly RegExp[]): boolean =>
    width >= patterns.length && patterns.every((pattern, i) => pattern.test(first[i]!));
  if (width === 6 && like(whole, /^[A-Za-z]\w*$/, whole))
    return { is: "WISDM", names: ["user", "activity", "timestamp", ...xyz] };
  if (width === 250 && like(whole)) return opportunityLayout;
  if (width === 54 && like(decimal, whole))
    return {
      is: "PAMAP2",
      names: [
        ...["timestamp_s", "activity", "heart_rate"],
        ...["hand", "chest", "ankle"].flatMap((place) => [
          `${place}_temperature`,
          ...[
            axesOfKnownLayout(`${place}_acc16`),
            axesOfKnownLayout(`${place}_acc6`),
            axesOfKnownLayout(`${place}_gyro`),
            axesOfKnownLayout(`${place}_mag`),
          ].flat(),
          ...[1, 2, 3, 4].map((i) => `${place}_orientation${i}`),
        ]),
      ],
      note: "The activity 0 marks transitions; to leave them out, add --exclude 0.",
    };
  if (width === 24 && /mhealth/i.test(base))
    return {
      is: "MHEALTH",
      names: [
        ...[...axesOfKnownLayout("chest_acc"), "ecg1", "ecg2"],
        ...["ankle", "arm"].flatMap((place) =>
          ["acc", "gyro", "mag"].flatMap((kind) => axesOfKnownLayout(`${place}_${kind}`)),
        ),
        "activity",
      ],
      note: "The activity 0 marks time without an activity; to leave it out, add --exclude 0.",
    };
  if (width === 11 && like(whole, /^-?\d+$/, /^-?\d+$/) && first.every((value) => /^-?\d+$/.test(value)))
    return {
      is: "DaphNet",
      names: [
        "time_ms",
        ...["ankle", "thigh", "trunk"].flatMap((place) => axesOfKnownLayout(`${place}_acc`, " (mg)")),
        "annotation",
      ],
      note: "The annotation 0 marks time outside the experiment; to leave it out, add --exclude 0.",
    };
  return undefined;
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

const opportunityAccelerometers = [
  "rkn_up",
  "hip",
  "lua_up",
  "rua_low",
  "lh",
  "back",
  "rkn_low",
  "rwr",
  "rua_up",
  "lua_low",
  "lwr",
  "rh",
];
const opportunityLabels = [
  ...["locomotion", "hl_activity", "ll_left_arm", "ll_left_arm_object", "ll_right_arm", "ll_right_arm_object"],
  "ml_both_arms",
];
const opportunitySensors = [
  "time_ms",
  ...opportunityAccelerometers.flatMap((place) => axesOfKnownLayout(`${place}_acc`, " (mg)")),
  ...["back", "rua", "rla", "lua", "lla"].flatMap((place) => [
    ...axesOfKnownLayout(`imu_${place}_acc`, " (mg)"),
    ...axesOfKnownLayout(`imu_${place}_gyro`, " (raw)"),
    ...axesOfKnownLayout(`imu_${place}_mag`, " (raw)"),
    ...[1, 2, 3, 4].map((i) => `imu_${place}_quaternion${i}`),
  ]),
];
/** The columns for the shoes and for objects in the room are not named, but count towards the table's width. */
const opportunityLayout: KnownLayout = {
  is: "OPPORTUNITY",
  names: [
    ...opportunitySensors,
    ...Array.from(
      { length: 250 - opportunitySensors.length - opportunityLabels.length },
      (_, i) => `column${opportunitySensors.length + i + 1}`,
    ),
    ...opportunityLabels,
  ],
  note: `The labels are ${opportunityLabels.join(", ")}; choose one with --label, in which 0 marks time without a label. Sensors are chosen with --channels, such as --channels "imu_rla_acc_x (mg),imu_rla_acc_y (mg),imu_rla_acc_z (mg)".`,
};

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
