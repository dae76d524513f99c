// Tables about data quality: rows, sampling, channels, classes and people.

import { counted } from "../counted.ts";
import type { CvReport } from "../learning/training/cv-report.ts";
import { entriesInNaturalOrder } from "../natural-order.ts";
import { percent } from "../percent.ts";
import { type Html, type HtmlValue, html } from "./html.ts";
import { htmlFactTable, htmlTable } from "./html-table.ts";
import { formatCount, formatDuration, formatQuantity } from "./number-format.ts";

/**
 * The number of rows read and left out, the regularity of the sampling, and the amount of data per channel, class and person.
 */
export function qualityTables(report: CvReport): Html {
  const { quality, windows } = report;
  const classes = report.classes.map((name) => {
    const rows = quality.classes[name];
    return [name, formatCount(rows?.rows), formatDuration(rows?.seconds), formatCount(windows.per_class[name] ?? 0)];
  });
  const people = entriesInNaturalOrder(Object.entries(quality.persons)).map(([name, rows]) => [
    name,
    formatCount(rows.rows),
    formatDuration(rows.seconds),
    formatCount(windows.per_user[name] ?? 0),
  ]);
  return html`${qualityFactTable(quality, windows)}
<h3>Channels</h3>${channelQualityTable(quality)}
<h3>Classes</h3>${htmlTable("Data by class", ["class", "rows", "time", "windows"], classes)}
<details><summary>People (${formatCount(people.length)})</summary>
${htmlTable("Data by person", ["person", "rows", "time", "windows"], people)}</details>`;
}

/** Rows, time, rates and gaps. @param windows null if none were cut */
export function qualityFactTable(
  quality: CvReport["quality"],
  windows: Pick<CvReport["windows"], "total" | "dropped" | "label_changes"> | null,
): Html {
  const rate = quality.sampling;
  const dropped = Object.entries(quality.rows.dropped).filter(([, rows]) => rows !== 0);
  const facts: [string, HtmlValue][] = [
    ["files", quality.files.map((file) => `${file.file} (${counted(file.rows, "row")})`).join(", ")],
    ["rows read", formatCount(quality.rows.read)],
    ["rows kept", formatCount(quality.rows.kept)],
    ...dropped.map(([reason, rows]): [string, HtmlValue] => [
      `left out: ${reason.replaceAll("_", " ")}`,
      formatCount(rows),
    ]),
    ["recorded time", formatDuration(quality.seconds)],
    [
      "people, recordings, stretches",
      `${formatCount(quality.users)}, ${formatCount(quality.recordings)}, ${formatCount(quality.stretches)}`,
    ],
    [
      "sampling rate",
      `${formatQuantity(rate.rate_hz)} Hz (${formatQuantity(rate.rate_hz_min)} to ${formatQuantity(rate.rate_hz_max)})`,
    ],
    [
      "jitter",
      `${percent(rate.jitter, { decimals: 2 })} of a step; at most ${percent(rate.jitter_max, { decimals: 2 })}`,
    ],
    [
      "gaps",
      `${formatCount(quality.gaps.count)}, ${formatDuration(quality.gaps.seconds)} in all, longest ${formatDuration(quality.gaps.longest_seconds)} (${quality.gaps.rule})`,
    ],
    ...(windows === null ? [] : [["windows", formatCount(windows.total)] satisfies [string, HtmlValue]]),
    ...(windows?.dropped ?? []).map(({ reason, stretches, samples }): [string, HtmlValue] => [
      `no window: ${reason}`,
      `${counted(samples, "sample")} in ${counted(stretches, "stretch", "stretches")}`,
    ]),
  ];
  if (quality.unlabelled !== undefined) {
    const { stretches, seconds, longest } = quality.unlabelled;
    facts.push([
      "without a label",
      `${formatDuration(seconds)} in ${counted(stretches, "stretch", "stretches")}; the longest lasts ${formatDuration(longest.seconds)} (${longest.recording} of ${longest.user})`,
    ]);
  }
  if (windows?.label_changes !== undefined)
    facts.push(["label changes", qualityTableLabelChanges(windows.label_changes)]);
  return htmlFactTable(facts);
}

/** Range, unusable values and constant stretches of each channel. */
export function channelQualityTable(quality: CvReport["quality"]): Html {
  const channels = Object.entries(quality.channels).map(([name, c]) => [
    name,
    formatQuantity(c.min),
    formatQuantity(c.max),
    formatCount(c.missing),
    formatCount(c.infinite),
    c.flat ? "throughout" : formatDuration(c.flat_seconds),
  ]);
  return htmlTable("Quality by channel", ["channel", "minimum", "maximum", "missing", "infinite", "flat"], channels);
}

function qualityTableLabelChanges({
  windows,
  crossing,
  mostly,
  majority,
  used,
}: NonNullable<CvReport["windows"]["label_changes"]>): string {
  const share = percent(crossing / windows, { decimals: 1 });
  return `within ${formatCount(crossing)} of ${counted(windows, "window")} (${share}), of which ${formatCount(used)} are used; one label covers at least 80 % of ${formatCount(mostly)} of them, and at least half of ${formatCount(majority)}`;
}
