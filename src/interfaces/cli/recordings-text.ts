// Describes recordings in words: what was read, what was left out, and which people they come from.

import { counted } from "../../counted.ts";
import { durationText } from "../../duration-text.ts";
import { instantText } from "../../instant-text.ts";
import { listedNames } from "../../listed-names.ts";
import { naturalOrder } from "../../natural-order.ts";
import { percent } from "../../percent.ts";
import type { EventOf } from "../../pipelines/train-events.ts";
import { wholeNumberText } from "./number-text.ts";

/** The columns with their roles, the sensors, the conversions, and the quality of the recordings. */
export function recordingsReadText({
  quality,
  sensors,
  conversions,
}: Pick<EventOf<"data">, "quality" | "sensors" | "conversions">): string[] {
  const { columns } = quality;
  const roles = (["label", "group", "recording", "time"] as const).map(
    (role) => `${role} ${columns[role] ?? "(none)"}`,
  );
  return [
    `columns    ${roles.join(", ")}; channels ${columns.channels.join(",")}`,
    ...sensors.map((sensor, i) => `${i === 0 ? "sensors   " : "          "} ${recordingsSensorText(sensor)}`),
    ...conversions.map((own, i) => `${i === 0 ? "converted " : "          "} ${recordingsConversionText(own)}`),
    `quality    ${recordingsQualityText(quality)}`,
  ];
}

/** For example "wrist: accelerometer Ax,Ay,Az in m/s^2 with gravity (by its values: 9.81 at rest)". */
function recordingsSensorText({
  name,
  kind,
  channels,
  unit,
  gravity,
  because,
}: EventOf<"data">["sensors"][number]): string {
  const felt = gravity === null ? "" : gravity ? " with gravity" : " without gravity";
  const what = kind === "unknown" ? "of unknown kind" : kind;
  const inUnit = unit === null ? (kind === "unknown" ? "" : ", unit unknown") : ` in ${unit}`;
  return `${name}: ${what} ${channels.map((channel) => channel.trim()).join(",")}${inUnit}${felt} (${because})`;
}

/** For example "Ax,Ay,Az from g to m/s^2 (times 9.80665)". */
function recordingsConversionText({
  channels,
  from,
  to,
  factor,
  people,
}: EventOf<"data">["conversions"][number]): string {
  const whose = people === undefined ? "" : `, recordings of ${listedNames(people)}`;
  return `${channels.map((channel) => channel.trim()).join(",")} from ${from} to ${to} (times ${Number(factor.toPrecision(6))})${whose}`;
}

/**
 * Smallest jitter that is reported, as a share of the sampling interval; clocks with millisecond resolution cause smaller
 * jitter.
 */
const reportedJitter = 0.1;

function recordingsQualityText({ sampling, gaps, channels }: EventOf<"data">["quality"]): string {
  const flat = Object.entries(channels).filter(([, channel]) => channel.flat);
  return [
    recordingsRateText(sampling),
    ...(sampling.jitter_max < reportedJitter ? [] : [`jitter up to ${percent(sampling.jitter_max)} of a step`]),
    counted(gaps.count, "gap"),
    flat.length === 0 ? "no flat channel" : `flat: ${flat.map(([name]) => name).join(", ")}`,
  ].join(", ");
}

/** A line such as "windows 200 samples (4 s) at 50 Hz, resampled from 100 Hz". */
export function recordingsWindowText(
  { samplingRateHz, windowSize }: Pick<EventOf<"data">, "samplingRateHz" | "windowSize">,
  { sampling }: Pick<EventOf<"data">["quality"], "sampling">,
): string {
  const length = `${windowSize} samples (${recordingsNumberText(windowSize / samplingRateHz)} s)`;
  const rates = [sampling.rate_hz_min, sampling.rate_hz_max];
  const same = rates.every((rate) => rate === null || Math.abs(rate / samplingRateHz - 1) <= 0.05);
  const from = same ? "" : `, resampled from ${recordingsRateText(sampling)}`;
  return `windows    ${length} at ${recordingsNumberText(samplingRateHz)} Hz${from}`;
}

/** Shows at most two decimals. */
function recordingsNumberText(value: number): string {
  return `${Number(value.toFixed(2))}`;
}

/**
 * The range of the recordings' sampling rates, because the median of different rates may not describe any of the recordings.
 */
function recordingsRateText({ rate_hz, rate_hz_min, rate_hz_max }: EventOf<"data">["quality"]["sampling"]): string {
  if (rate_hz === null) return "rate unknown";
  const [low, high] = [rate_hz_min, rate_hz_max].map((rate) => `${Number((rate ?? rate_hz).toFixed(2))}`);
  return low === high ? `${low} Hz` : `${low} to ${high} Hz`;
}

/** One line per reason for which something was left out. @param dropped null if no windows were cut */
export function recordingsDroppedText(
  quality: EventOf<"data">["quality"],
  dropped: EventOf<"data">["dropped"] | null,
): string[] {
  const rows = Object.entries(quality.rows.dropped)
    .filter(([, n]) => n > 0)
    .map(([reason, n]) => `${counted(n, "row")}: ${reason.replaceAll("_", " ")}`);
  const reasons = {
    shortStretches: "stretches shorter than a window",
    remainders: "ends of stretches that do not fill another window",
    unknownClass: "a label that is not a class of the model",
  } as const satisfies Record<keyof EventOf<"data">["dropped"], string>;
  const samples = Object.entries(reasons).flatMap(([key, reason]) => {
    const { stretches, samples } = dropped?.[key as keyof typeof reasons] ?? { stretches: 0, samples: 0 };
    return stretches === 0
      ? []
      : [`${counted(samples, "sample")} of ${counted(stretches, "stretch", "stretches")}: ${reason}`];
  });
  return [...rows, ...samples];
}

export function recordingsTestSetText({ column, users, windows }: NonNullable<EventOf<"split">["testSet"]>): string {
  return `test set   ${counted(windows, "window")} of ${counted(users.length, "person", "people")}, marked by column ${column}: ${recordingsPeopleText(users)}`;
}

export function recordingsPeopleText(users: readonly string[]): string {
  return listedNames(users.toSorted(naturalOrder), 8);
}

export function recordingsWarningText(warnings: readonly string[]): string[] {
  return warnings.flatMap((warning) => [`WARNING: ${warning}`, ""]);
}

/** The unlabelled time, grouped by how long the unlabelled stretches are. */
export function recordingsUnlabelledText({ unlabelled }: EventOf<"data">["quality"]): string[] {
  if (unlabelled === undefined) return [];
  const { stretches, seconds, longest, by_length } = unlabelled;
  const limits = by_length.map(({ below_seconds: below, stretches: n }, i) => {
    return `${wholeNumberText(n)} ${i === 0 ? "" : "more "}${below === null ? "longer" : `below ${durationText(below)}`}`;
  });
  const where = `${durationText(longest.seconds)} in ${longest.recording} of ${longest.user}, from ${instantText(longest.start_s)}`;
  return [
    `unlabelled ${durationText(seconds)} in ${counted(stretches, "stretch", "stretches")} (${limits.join(", ")}); ` +
      `the longest lasts ${where}`,
  ];
}

/** The number of windows in which the label changes, and how many of them are used. */
export function recordingsLabelChangeText(changes: EventOf<"data">["labelChanges"]): string[] {
  if (changes === null) return [];
  const { windows, crossing, mostly, majority, used } = changes;
  const share = percent(crossing / windows, { decimals: 1 });
  const found = `changes    the label changes within ${wholeNumberText(crossing)} of ${counted(windows, "window")} (${share})`;
  return [
    used > 0
      ? `${found}; ${wholeNumberText(used)} of them are used`
      : `${found}, which are not used; --purity 0.8 would use ${wholeNumberText(mostly)} of them, --purity 0.5 ${wholeNumberText(majority)}`,
  ];
}
