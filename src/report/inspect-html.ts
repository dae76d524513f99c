// The page of `tidemark inspect --out`: the data that was read, ten seconds of every sensor by activity and person, and the
// rate, gaps and gravity of every recording.

import * as Plot from "@observablehq/plot";
import { counted } from "../counted.ts";
import { withFullStop } from "../full-stop.ts";
import { instantText } from "../instant-text.ts";
import type { CvReport } from "../learning/training/cv-report.ts";
import { listedNames } from "../listed-names.ts";
import { entriesInNaturalOrder } from "../natural-order.ts";
import { percent } from "../percent.ts";
import { conversionsSection, type ReportedConversion } from "./conversions-section.ts";
import { type Html, html } from "./html.ts";
import { htmlTable } from "./html-table.ts";
import { formatAxisLabel, formatCount, formatDuration, formatQuantity } from "./number-format.ts";
import { pageHeadline, pageHtml, pageTile, type Section } from "./page.ts";
import { plotSvg } from "./plot-svg.ts";
import { channelQualityTable, qualityFactTable } from "./quality-tables.ts";
import { type DrawnExcerpt, type DrawnSensor, signalGrids } from "./signal-grids.ts";

type Quality = CvReport["quality"];

interface InspectedSensor extends DrawnSensor {
  readonly kind: string;
  readonly gravity: boolean | null;
  readonly because: string;
}

export interface InspectInput {
  readonly quality: Quality;
  readonly sensors: readonly InspectedSensor[];
  /** In the order of `quality.per_recording`. */
  readonly recordings: readonly {
    readonly start_s: number;
    readonly labels: Readonly<Record<string, number>>;
    readonly at_rest: Readonly<Record<string, number | null>>;
  }[];
  readonly conversions: readonly ReportedConversion[];
  /** The people on whom each fold would be tested; null if `train` would stop before creating folds. */
  readonly folds: readonly { readonly fold: number; readonly testUsers: readonly string[] }[] | null;
  /** The test set of a fixed split, if there is one. */
  readonly testSet: {
    readonly column: string;
    readonly users: readonly string[];
    readonly rows: number;
    readonly windows: number;
  } | null;
  readonly windows: Pick<CvReport["windows"], "total" | "dropped" | "per_class" | "label_changes"> | null;
  readonly unusedColumns: readonly string[];
  readonly excerpts: readonly DrawnExcerpt[];
  readonly warnings: readonly string[];
  readonly refusal: {
    readonly message: string;
    readonly details: readonly string[];
    readonly advice: string | null;
  } | null;
}

/** The whole page. Identical inputs produce identical bytes. */
export function inspectHtml(input: InspectInput): string {
  const { quality, refusal, warnings } = input;
  const files = quality.files.map(({ file }) => file);
  return pageHtml({
    title: "Tidemark: inspection",
    heading: "What these recordings contain",
    lead: html`${listedNames(files)}, read as
 <code>tidemark train</code> would read them.`,
    warnings: [...(refusal === null ? [] : [inspectHtmlRefusal(refusal)]), ...warnings],
    headline: inspectHtmlHeadline(input),
    sections: inspectSections(input),
    footer: html`Written by <code>tidemark inspect</code>. <code>--json</code> prints the figures.`,
  });
}

function inspectHtmlRefusal({ message, details, advice }: NonNullable<InspectInput["refusal"]>): string {
  const sentences = [message, ...details, ...(advice === null ? [] : [advice])];
  return `train would refuse these recordings: ${sentences.map(withFullStop).join(" ")}`;
}

function inspectHtmlHeadline({ quality, windows, refusal }: InspectInput): Html {
  const { sampling, gaps, rows } = quality;
  const [least, most] = [sampling.rate_hz_min, sampling.rate_hz_max];
  const left = rows.read - rows.kept;
  return pageHeadline("Before anything is trained.", [
    pageTile(
      "Training",
      refusal === null ? "accepted" : "refused",
      windows === null ? "no windows were cut" : counted(windows.total, "window"),
      refusal === null ? "first" : "",
    ),
    pageTile(
      "Rows",
      formatCount(rows.kept),
      left === 0 ? "all that were read" : `${formatCount(left)} of ${formatCount(rows.read)} left out`,
    ),
    pageTile("People", formatCount(quality.users), counted(quality.recordings, "recording")),
    pageTile(
      "Time",
      formatDuration(quality.seconds),
      counted(Object.keys(quality.classes).length, "activity", "activities"),
    ),
    pageTile(
      "Rate",
      `${formatQuantity(sampling.rate_hz)} Hz`,
      least === most ? "in every recording" : `${formatQuantity(least)} to ${formatQuantity(most)} Hz`,
    ),
    pageTile(
      "Gaps",
      formatCount(gaps.count),
      `${formatDuration(gaps.seconds)}, longest ${formatDuration(gaps.longest_seconds)}`,
    ),
  ]);
}

function inspectSections(input: InspectInput): Section[] {
  const { quality, windows, sensors } = input;
  return [
    {
      id: "sensors",
      title: "Sensors",
      about:
        "Which columns form a sensor, and how its kind and unit were recognised. If something is wrong, correct it with --sensor.",
      body: inspectSensorTable(input),
    },
    ...conversionsSection(input.conversions),
    {
      id: "signals",
      title: "Signals",
      about: "Ten seconds from the middle of the longest stretch, for each activity of up to three people.",
      body: signalGrids(input.excerpts, sensors),
    },
    {
      id: "rates",
      title: "Rates and gravity",
      about: `One dot per recording. People whose dots lie apart from the others may have another device, clock or unit${
        sensors.some(({ gravity }) => gravity === true) ? "; at rest, an accelerometer measures 9.81 m/s^2, or 1 g" : ""
      }.`,
      body: inspectRecordingDots(input),
    },
    {
      id: "recordings",
      title: "Recordings",
      about: quality.gaps.rule === "" ? "" : `A gap is ${quality.gaps.rule}.`,
      body: inspectRecordingTable(input),
    },
    {
      id: "activities",
      title: "Activities and people",
      about: "Data from which the network would learn.",
      body: inspectAmountTables(input),
    },
    ...inspectSplitSection(input),
    {
      id: "quality",
      title: "Data quality",
      about: "Data that was read, and data that was left out.",
      body: html`${qualityFactTable(quality, windows)}<h3>Channels</h3>${channelQualityTable(quality)}`,
    },
  ];
}

/** The people on whom each fold would be tested, and the test set of a fixed split. */
function inspectSplitSection({ folds, testSet }: InspectInput): Section[] {
  if (folds === null) return [];
  const rows = folds.map(({ fold, testUsers }) => [String(fold), listedNames(testUsers), String(testUsers.length)]);
  const other =
    testSet === null
      ? null
      : html`<p>Column ${testSet.column} marks ${counted(testSet.rows, "row")} as test, ${counted(testSet.windows, "window")} of
 ${listedNames(testSet.users)}. They belong to no fold and are not included in any figure above.</p>`;
  return [
    {
      id: "split",
      title: "Split",
      about: "The people on whom each fold would be tested; the network learns from the others.",
      body: html`${htmlTable("Folds", ["fold", "tested on", "people"], rows, "rules")}${other}`,
    },
  ];
}

function inspectSensorTable({ sensors, unusedColumns, quality }: InspectInput): Html {
  const rows = sensors.map(({ name, kind, channels, unit, gravity, because }) => [
    name,
    channels.join(", "),
    kind,
    unit ?? "unknown",
    gravity === null ? "–" : gravity ? "with" : "without",
    because,
  ]);
  const { columns } = quality;
  const roles = [
    `activity: ${columns.label ?? "none"}`,
    `person: ${columns.group ?? "none"}`,
    `recording: ${columns.recording ?? "none"}`,
    `time: ${columns.time ?? "none"} (${columns.time_unit})`,
  ];
  const unread = unusedColumns.length === 0 ? "" : ` Not read: ${unusedColumns.join(", ")}.`;
  return html`${htmlTable("Sensors", ["sensor", "channels", "kind", "unit", "gravity", "recognised"], rows, "rules")}
<p class="note">Columns: ${roles.join("; ")}.${unread}</p>`;
}

/** Sampling rates, and each accelerometer's magnitude at rest, with one dot per recording, grouped by person. */
function inspectRecordingDots({ quality, recordings, sensors }: InspectInput): Html {
  const people = quality.per_recording.map(({ user }) => user);
  const felt = Object.keys(recordings[0]?.at_rest ?? {});
  const unitOf = (name: string): string => sensors.find((sensor) => sensor.name === name)?.unit ?? "unit of the file";
  const charts = [
    { title: "Rate", axis: "Hz", values: quality.per_recording.map(({ rate_hz }) => rate_hz) },
    ...felt.map((name) => ({
      title: `${name} at rest`,
      axis: unitOf(name),
      values: recordings.map(({ at_rest }) => at_rest[name] ?? null),
    })),
  ];
  return html`<div class="grid">${charts.map(({ title, axis, values }) => inspectDotChart(title, axis, people, values))}</div>`;
}

function inspectDotChart(
  title: string,
  axis: string,
  people: readonly string[],
  values: readonly (number | null)[],
): Html {
  const names = [...new Set(people)];
  const dots = values.flatMap((value, i) => (value === null ? [] : [{ value, position: names.indexOf(people[i]!) }]));
  const finite = dots.map(({ value }) => value);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const margin = Math.max((high - low) * 0.05, Math.abs(high) * 0.02);
  const label = `${title} by person: ${finite.length === 0 ? "unknown" : `${formatQuantity(low)} to ${formatQuantity(high)} ${axis}`}.`;
  const longest = Math.max(...names.map((name) => [...formatAxisLabel(name)].length));
  const chart = plotSvg(label, {
    height: 14 * names.length + 50,
    marginLeft: Math.min(118, 14 + 6 * longest),
    marginRight: 14,
    marginTop: 8,
    marginBottom: 34,
    x: { label: axis, ticks: 5, domain: finite.length === 0 ? [0, 1] : [low - margin, high + margin] },
    y: {
      domain: names.map((_, i) => i),
      type: "band",
      label: null,
      tickSize: 0,
      tickFormat: (position: number) => formatAxisLabel(names[position] ?? ""),
    },
    marks: [
      Plot.ruleY(
        names.map((_, i) => i),
        { stroke: "var(--line)" },
      ),
      Plot.dot(dots, { x: "value", y: "position", r: 3, fill: "var(--accent)", fillOpacity: 0.6 }),
    ],
  });
  return html`<figure class="card"><h3>${title}</h3>${chart}</figure>`;
}

function inspectRecordingTable({ quality, recordings }: InspectInput): Html {
  const felt = Object.keys(recordings[0]?.at_rest ?? {});
  const rows = quality.per_recording.map((own, i) => [
    own.recording,
    own.user,
    Object.keys(recordings[i]!.labels)
      .filter((name) => name !== "")
      .join(", ") || "–",
    instantText(recordings[i]!.start_s),
    formatDuration(own.seconds),
    formatQuantity(own.rate_hz),
    percent(own.jitter, { decimals: 1 }),
    formatCount(own.gaps),
    ...felt.map((name) => formatQuantity(recordings[i]!.at_rest[name])),
  ]);
  const head = ["recording", "person", "activities", "begins", "time", "Hz", "jitter", "gaps"];
  return htmlTable("Recordings", [...head, ...felt.map((name) => `${name} at rest`)], rows);
}

function inspectAmountTables({ quality, windows }: InspectInput): Html {
  const amounts = ([name, { rows, seconds }]: [string, { rows: number; seconds: number }]): string[] => [
    name,
    formatCount(rows),
    formatDuration(seconds),
  ];
  const classes = entriesInNaturalOrder(Object.entries(quality.classes)).map((entry) => [
    ...amounts(entry),
    formatCount(windows?.per_class[entry[0]]),
  ]);
  const people = entriesInNaturalOrder(Object.entries(quality.persons)).map(amounts);
  return html`<div class="pair">${htmlTable("Data by activity", ["activity", "rows", "time", "windows"], classes)}
${htmlTable("Data by person", ["person", "rows", "time"], people)}</div>`;
}
