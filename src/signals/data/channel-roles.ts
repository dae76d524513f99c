// Decides which columns are the channels. Channels given by the user or a model are used as they are; otherwise, an
// accelerometer and a gyroscope are found by name.

import { basename } from "node:path";
import type { FaultDescription, OnFault } from "../../data-fault.ts";
import { UserError } from "../../errors.ts";
import { shellCommand } from "../../shell-words.ts";
import { refuseNumberedSamples } from "../files/refuse-wide-rows.ts";
import { isSameColumnButForUnit } from "../files/usual-column-names.ts";
import { sensorInText } from "../sensors/sensor-in-text.ts";
import { sensorsByName } from "../sensors/sensors-by-name.ts";
import { usualChannels } from "../sensors/usual-channels.ts";
import { absentRoleColumn, nearestToAbsentColumn } from "./absent-column.ts";
import { givenSensors } from "./given-sensors.ts";
import { listedColumns } from "./listed-columns.ts";
import type { ColumnOptions } from "./named-columns.ts";
import { warnOfUnreadSensors } from "./unread-sensors.ts";

/**
 * @param onFault called for each given or expected channel that is missing; if it does not throw, the other channels are
 * returned
 * @param warn called for sensors that were found but not used
 * @throws UserError if no channel is found
 */
export function resolveChannelRoles(
  available: readonly string[],
  { channels: given, modelChannels: expected, sensor = [] }: ColumnOptions,
  file: string,
  { onFault, warn }: { onFault: OnFault; warn: (message: string) => void },
): readonly string[] {
  const names = given ?? expected;
  if (names === undefined) return resolveChannelRolesByName(available, sensor, file, warn);
  return names.filter((name) => {
    const found = available.includes(name);
    if (!found)
      onFault(
        given
          ? absentRoleColumn(available, name, file, "--channels")
          : lackingChannelRole(available, name, file, names),
      );
    return found;
  });
}

function lackingChannelRole(
  available: readonly string[],
  name: string,
  file: string,
  expected: readonly string[],
): FaultDescription {
  const near = nearestToAbsentColumn(
    available.filter((column) => !expected.includes(column)),
    name,
  );
  return {
    code: "schema",
    message: `${file}: the model expects a channel "${name}", which is not among the columns ${listedColumns(available)}.`,
    advice: adviceOnLackingChannelRole(available, expected, near),
    file,
    column: name,
    expected: `a column "${name}"`,
    found: listedColumns(available),
  };
}

function adviceOnLackingChannelRole(
  available: readonly string[],
  expected: readonly string[],
  near: string | undefined,
): string {
  const alike = expected.map((name) => available.find((column) => isSameColumnButForUnit(column, name)));
  if (alike.every((column) => column !== undefined)) {
    return (
      `The names differ only in their units: ${shellCommand("--channels", alike.join(","))}. ` +
      "If the columns are in different units than in training, and their names do not give the units, add " +
      "--units, such as --units acc=m/s^2."
    );
  }
  return (
    `${near === undefined ? "" : `The nearest name is "${near}". `}If channels have other names, list them with ` +
    `--channels, in the model's order: ${expected.join(",")}`
  );
}

/** Returns the channels of the sensors given by the user, and of an accelerometer and a gyroscope found by name. */
function resolveChannelRolesByName(
  available: readonly string[],
  given: readonly string[],
  file: string,
  warn: (message: string) => void,
): readonly string[] {
  const { channels, passedOver, areOnlyPlaces } = usualChannels(available, givenSensors(given, available));
  refuseWindowsAsColumns(channels.slice(0, 3), passedOver, file);
  refuseStatisticColumns(channels, file);
  refuseCountColumns(channels, available, file);
  for (const [kind, others] of Map.groupBy(passedOver, (sensor) => sensor.kind)) {
    const noun = kind === "unknown" ? "sensor" : kind;
    const columns = others.map((sensor) => sensor.channels.join(", ")).join("; ");
    const found =
      others.length === 1 ? `is another ${noun}, which is` : `are ${others.length} other ${noun}s, which are`;
    warn(
      `There ${found} not read: ${columns}. To read ${others.length === 1 ? "it" : "them"} as well, list all channels with --channels.`,
    );
  }
  if (channels.length > 0) warnOfUnreadSensors(available, { channels, given, file, warn });
  if (areOnlyPlaces) {
    warn(
      `${file}: ${channels.join(", ")} are named only after places on the body, and are read as sensors worn there. If they are something else, such as positions in a video, specify the channels with --channels.`,
    );
  }
  if (channels.length > 0) return channels;
  const [only, ...more] = sensorsByName(available);
  if (only !== undefined && more.length === 0 && sensorInText(basename(file)) !== undefined) {
    warn(`${file}: ${only.channels.join(", ")} are read as the sensor after which the file is named.`);
    return only.channels;
  }
  refuseNumberedSamples(file, available);
  throw new UserError(
    `${file}: no sensor channels were found among ${listedColumns(available)} (looked for Ax, Ay, Az, Gx, Gy, Gz; acc_x, gyro_x and the like).`,
    { advice: adviceOnChannelRoles(available) },
  );
}

/**
 * Minimum number of numbered copies of a sensor for them to count as the samples of a window; no one wears that many devices.
 */
export const fewestSamples = 12;

/** Rejects rows that contain whole windows, because the first sample of each window would be read as the signal. */
function refuseWindowsAsColumns(
  first: readonly string[],
  others: readonly { readonly channels: readonly string[] }[],
  file: string,
): void {
  const unnumbered = (channels: readonly string[]): string =>
    channels.map((name) => name.replace(/\d+(?=\D*$)/, "#")).join(",");
  const own = unnumbered(first);
  const numbered = others.filter(({ channels }) => unnumbered(channels) === own);
  if (!own.includes("#") || numbered.length + 1 < fewestSamples) return;
  throw new UserError(
    `${file}: each row holds a window of ${numbered.length + 1} samples, from ${first.join(", ")} to ${numbered.at(-1)!.channels.join(", ")}; expected one sample per row.`,
    {
      advice:
        "Leave out --time and --channels, and give the rate with --rate, to read each row as a recording of its own; " +
        "or use the recordings that the windows were cut from.",
    },
  );
}

/** Matches the names of window statistics, such as Acc X-mean, GyrX_std and AvgAccX, after their words have been separated. */
const statisticName =
  /(?:^|[^a-z])(mean|median|avg|average|std|stdev|var|min|max|iqr|mad|rms|skew|kurt|energy|entropy)(?:[^a-z]|$)/i;

function isStatisticColumn(name: string): boolean {
  return statisticName.test(name.replace(/([a-z])(?=[A-Z])/g, "$1 "));
}

/** Rejects per-window statistics, because they would be read as samples. */
function refuseStatisticColumns(channels: readonly string[], file: string): void {
  if (channels.length === 0 || !channels.every(isStatisticColumn)) return;
  throw new UserError(
    `${file}: expected the samples of sensors, found statistics of windows, such as ${channels.slice(0, 3).join(", ")}.`,
    {
      advice: `Use the recordings that the statistics were computed from. If these columns are samples, specify them: ${shellCommand("--channels", channels.join(","))}`,
    },
  );
}

/** Matches the names of columns beside ActiGraph's counts per epoch, which are called Axis1 to Axis3. */
const besideCounts = /^(steps?|inclin\w*( \w+)?|vector ?magnitude|vm)$/i;

function refuseCountColumns(channels: readonly string[], available: readonly string[], file: string): void {
  const areAxes = channels.length === 3 && channels.every((name) => /^axis ?[123]$/i.test(name.trim()));
  const beside = available.find((name) => besideCounts.test(name.trim()));
  if (!areAxes || beside === undefined) return;
  throw new UserError(
    `${file}: expected accelerations, found counts per epoch, because ${channels.join(", ")} are beside "${beside}", as in exports of ActiGraph.`,
    {
      advice: `Give the .gt3x file itself, or export its raw data. If these columns are samples, specify them: ${shellCommand("--channels", channels.join(","))}`,
    },
  );
}

/** Matches the names of values that summarise an epoch: Euclidean norms, angles, counts and MIMS units. */
const summaryName = /enmo|^anglez$|samplerate|counts?$|^vm$|mims/i;

/** Matches the names of channels of data acquisition devices, such as Dev1/ai0 and Voltage_0. */
const inVolts = /(^|\/)ai\d+$|volt/i;

/** Matches the names of axes after the body's own directions. */
const anatomicalAxis =
  /(^|[^a-z])(v|vert|vertical|ml|mediolateral|medio-lateral|lat|lateral|ap|anteroposterior|antero-posterior|sag|sagittal|long|longitudinal|frontal)$/i;

/** Matches the names of Movebank's columns that hold all samples of a burst in a cell. */
const burstName = /(^|:)accelerations-raw$|^eobs_accelerations_raw$/i;

function adviceOnChannelRoles(available: readonly string[]): string {
  const axes = columnsOfRepeatedAxisRole(available);
  if (axes !== undefined)
    return `Two columns are named ${JSON.stringify(axes.find((name) => available.includes(`${name}_1`)))}. If the second is the axis that is missing, add ${shellCommand("--channels", axes.join(","))}`;
  if (available.some((column) => summaryName.test(column)))
    return "These columns look like summaries of epochs. Export the acceleration of each axis, often called raw data.";
  const vectors = sensorsByName(available).map(({ channels }) => channels.join(","));
  const [first] = vectors;
  const burst = available.find((column) => burstName.test(column));
  if (burst !== undefined)
    return `Each row of "${burst}" holds a burst of samples. Write one row per sample, with a column per axis, and the time of each sample from the burst's sampling frequency, for example with the package move2 of R.`;
  // Axes may be named after the body instead of by letters, such as AccV, AccML and AccAP.
  const accelerations = available.filter((column) => /acc/i.test(column));
  if (first === undefined && accelerations.length === 3)
    return `Specify them with --channels. Perhaps these are the axes of an accelerometer: ${shellCommand("--channels", accelerations.join(","))}`;
  const anatomical = available.filter((column) => anatomicalAxis.test(column.trim()));
  if (first === undefined && anatomical.length === 3)
    return `Specify them with --channels. Perhaps these are the axes of an accelerometer: ${shellCommand("--channels", anatomical.join(","))}`;
  const numbered = [0, 1]
    .flatMap((start) => available.filter((column) => /\d(?=\D*$)/.exec(column)?.[0] === String(start)))
    .map((column) => [0, 1, 2].map((axis) => column.replace(/\d(?=\D*$)/, (from) => String(Number(from) + axis))))
    .find((axes) => axes.every((name) => available.includes(name)));
  if (first === undefined && numbered !== undefined)
    return (
      "Columns are found by names that say what they hold. If these are the axes of an accelerometer, add " +
      `${shellCommand("--sensor", `acc:${numbered.join(",")}`)}${available.some((column) => inVolts.test(column)) ? ". Values in volts must be converted to accelerations first, with the sensitivity in the sensor's data sheet." : ""}`
    );
  if (first === undefined) return "Specify them with --channels COLUMN,COLUMN,...";
  return `Specify them with --channels. These are vectors: ${vectors.join("; ")}. For the first: ${shellCommand("--channels", first)}`;
}

/** Returns a sensor's columns if one of its axes is named like another, as in the header X, Y, X. */
function columnsOfRepeatedAxisRole(available: readonly string[]): readonly string[] | undefined {
  for (const column of available) {
    const base = column.replace(/_1$/, "");
    if (base === column || !available.includes(base)) continue;
    for (const axis of ["x", "y", "z"]) {
      const renamed = base.replace(/[xyz](?=[^xyz]*$)/i, (letter) => (letter >= "a" ? axis : axis.toUpperCase()));
      const names = available.map((name) => (name === column ? renamed : name));
      const sensor = sensorsByName(names).find(({ channels }) => channels.includes(renamed));
      if (sensor !== undefined) return sensor.channels.map((name) => available[names.indexOf(name)]!);
    }
  }
  return undefined;
}
