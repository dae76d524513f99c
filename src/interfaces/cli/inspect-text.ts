// The text that `inspect` prints: the input, ten seconds of every channel, people, activities, and recordings.

import { counted } from "../../counted.ts";
import { durationText } from "../../duration-text.ts";
import { instantText } from "../../instant-text.ts";
import { entriesInNaturalOrder } from "../../natural-order.ts";
import { percent } from "../../percent.ts";
import type { InspectResult } from "../../pipelines/inspect.ts";
import { fixedNumberText, wholeNumberText } from "./number-text.ts";
import {
  recordingsDroppedText,
  recordingsLabelChangeText,
  recordingsReadText,
  recordingsTestSetText,
  recordingsUnlabelledText,
  recordingsWindowText,
} from "./recordings-text.ts";
import type { Block } from "./terminal.ts";

/** Maximum number of rows in the tables that list people and recordings. */
const shownRows = 20;

export function inspectText(result: InspectResult): Block[] {
  const { quality, windows, unusedColumns, folds, testSet, refusal } = result;
  const amounts = [
    counted(quality.rows.kept, "row"),
    counted(quality.users, "person", "people"),
    counted(quality.recordings, "recording"),
    ...(windows === null ? [] : [counted(windows.total, "window")]),
  ];
  const unused = unusedColumns.length === 0 ? [] : [`not read   ${unusedColumns.join(", ")}`];
  const verdict =
    refusal === null && folds !== null && windows !== null
      ? [`train      accepts these recordings: ${counted(windows.total, "window")} in ${counted(folds.length, "fold")}`]
      : [];
  const held = testSet === null ? [] : [recordingsTestSetText(testSet)];
  return [
    ...inspectFilesText(result),
    `data       ${amounts.join(", ")}, ${durationText(quality.seconds)}`,
    ...recordingsReadText(result),
    `clock      ${inspectClockText(result)}`,
    ...(windows === null ? [] : [recordingsWindowText(windows, quality)]),
    ...unused,
    ...recordingsDroppedText(quality, windows?.dropped ?? null).map((line) => `left out   ${line}`),
    ...recordingsUnlabelledText(quality),
    ...recordingsLabelChangeText(windows?.labelChanges ?? null),
    "",
    ...inspectChartText(result),
    ...inspectClassText(result),
    ...inspectPersonText(result),
    ...inspectRecordingText(result),
    ...held,
    ...verdict,
  ];
}

function inspectFilesText({ quality: { files } }: InspectResult): string[] {
  const shown = files.slice(0, 5).map(({ file, rows }, i) => {
    return `${i === 0 ? "files     " : "          "} ${file}: ${counted(rows, "row")}`;
  });
  return files.length <= 5 ? shown : [...shown, `           and ${files.length - 5} more`];
}

/** For example "timestamp_s in s; recordings begin at 0 s, 49.9 to 50.1 Hz, jitter at most 0.2 % of a step". */
function inspectClockText({ quality, recordings }: InspectResult): string {
  const { columns, sampling } = quality;
  const clock =
    columns.time === null
      ? "no time column, so rows are counted at --rate"
      : `${columns.time} ${columns.time_unit === "timestamp" ? "as dates and times" : columns.time_unit === "index" ? "counts rows" : `in ${columns.time_unit}`}`;
  const starts = recordings.map(({ start_s }) => start_s);
  const [first, last] = [starts.reduce((a, b) => Math.min(a, b)), starts.reduce((a, b) => Math.max(a, b))];
  const begins = first === last ? instantText(first) : `${instantText(first)} to ${instantText(last)}`;
  const { rate_hz_min: least, rate_hz_max: most, jitter_max: jitter } = sampling;
  const rates =
    least === null || most === null
      ? []
      : [least === most ? inspectRateText(least) : `${inspectRateText(least, "")} to ${inspectRateText(most)}`];
  return [
    `${clock}; recordings begin at ${begins}`,
    ...rates,
    `jitter at most ${percent(jitter, { decimals: 1 })} of a step`,
  ].join(", ");
}

function inspectRateText(rate: number, unit = " Hz"): string {
  return `${Number(rate.toPrecision(4))}${unit}`;
}

/** The excerpt with the most movement, with one chart for each sensor and for each channel outside the sensors. */
function inspectChartText({ excerpts, sensors }: InspectResult): Block[] {
  const excerpt =
    excerpts.length === 0
      ? undefined
      : excerpts.reduce((a, b) => (movementInInspectText(b) > movementInInspectText(a) ? b : a));
  if (excerpt === undefined) return [];
  const { user, recording, label, time, channels } = excerpt;
  const length = time.length < 2 ? 0 : time.at(-1)! - time[0]!;
  const taken = new Set(sensors.flatMap((sensor) => [...sensor.channels]));
  const others = Object.keys(channels).filter((name) => !taken.has(name));
  const parts = [
    ...sensors.map(({ name, kind, unit, channels: own }) => ({
      title: `${name}: ${kind === "unknown" ? "sensor of unknown kind" : kind}${unit === null ? "" : ` in ${unit}`}`,
      names: [...own],
    })),
    ...others.map((name) => ({ title: `${name}: no sensor`, names: [name] })),
  ];
  const place = [user, recording, ...(label === null ? [] : [label])].join(", ");
  return [
    `${durationText(length)} of ${place}, from ${instantText(time[0]!)}`,
    ...parts.flatMap(({ title, names }): Block[] => [
      title,
      { signals: names.map((name) => ({ name, values: channels[name]! })) },
    ]),
    "",
  ];
}

/** Mean absolute difference between consecutive samples, summed over the channels. */
function movementInInspectText({ channels }: InspectResult["excerpts"][number]): number {
  const values = Object.values(channels);
  return values.reduce((total, own) => {
    const steps = own.slice(1).reduce((sum, value, i) => sum + Math.abs(value - own[i]!), 0);
    return total + steps / Math.max(1, own.length - 1);
  }, 0);
}

function inspectClassText({ quality, windows }: InspectResult): Block[] {
  const rows = entriesInNaturalOrder(Object.entries(quality.classes)).map(([name, { rows, seconds }]) => [
    name,
    wholeNumberText(rows),
    durationText(seconds),
    ...(windows === null ? [] : [wholeNumberText(windows.perClass[name] ?? 0)]),
  ]);
  if (rows.length === 0) return [];
  return [{ headers: ["class", "rows", "time", ...(windows === null ? [] : ["windows"])], rows }, ""];
}

function inspectPersonText({ quality, folds }: InspectResult): Block[] {
  const foldOf = new Map(folds?.flatMap(({ fold, testUsers }) => testUsers.map((user) => [user, fold] as const)));
  const people = entriesInNaturalOrder(Object.entries(quality.persons));
  const recordingsOf = Map.groupBy(quality.per_recording, ({ user }) => user);
  const rows = people.slice(0, shownRows).map(([name, { rows, seconds }]) => {
    const own = recordingsOf.get(name) ?? [];
    const rates = own.flatMap(({ rate_hz }) => (rate_hz === null ? [] : [rate_hz]));
    return [
      name,
      wholeNumberText(own.length),
      wholeNumberText(rows),
      durationText(seconds),
      rates.length === 0 ? "-" : inspectRangeText(rates),
      foldOf.has(name) ? String(foldOf.get(name)) : "-",
    ];
  });
  return [
    { headers: ["person", "recordings", "rows", "time", "Hz", "tested in fold"], rows },
    ...inspectMoreText(people.length, "person", "people"),
    "",
  ];
}

function inspectRangeText(values: readonly number[]): string {
  const [low, high] = [inspectRateText(Math.min(...values), ""), inspectRateText(Math.max(...values), "")];
  return low === high ? low : `${low} to ${high}`;
}

function inspectRecordingText({ quality, recordings, sensors }: InspectResult): Block[] {
  const felt = Object.keys(recordings[0]?.at_rest ?? {});
  const unitOf = (name: string): string => sensors.find((sensor) => sensor.name === name)?.unit ?? "as read";
  const rows = quality.per_recording.slice(0, shownRows).map((own, i) => {
    const { labels, start_s, at_rest } = recordings[i]!;
    return [
      own.user,
      own.recording,
      Object.keys(labels)
        .filter((name) => name !== "")
        .join(", ") || "-",
      instantText(start_s),
      durationText(own.seconds),
      own.rate_hz === null ? "-" : inspectRateText(own.rate_hz, ""),
      String(own.gaps),
      ...felt.map((name) => fixedNumberText(at_rest[name], 2)),
    ];
  });
  const headers = ["person", "recording", "classes", "begins", "time", "Hz", "gaps"];
  return [
    { headers: [...headers, ...felt.map((name) => `${name} at rest (${unitOf(name)})`)], rows },
    ...inspectMoreText(recordings.length, "recording", "recordings"),
    "",
  ];
}

function inspectMoreText(count: number, one: string, many: string): string[] {
  return count <= shownRows
    ? []
    : [`and ${counted(count - shownRows, `more ${one}`, `more ${many}`)}; --json and --out list all`];
}
