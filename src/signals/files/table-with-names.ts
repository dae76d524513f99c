// Rewrites a text table so that it has a header line. Some tables begin after other lines, have no names, or give only a rate.

import { basename } from "node:path";
import { UserError } from "../../errors.ts";
import { shellCommand } from "../../shell-words.ts";
import type { SourceFile } from "./find-files.ts";
import { fittingLayout } from "./fitting-layout.ts";
import { clockInKnownLayout, knownLayout, statedRateLayout } from "./known-layouts.ts";
import { likelyNames } from "./likely-names.ts";
import { refuseWideRows } from "./refuse-wide-rows.ts";
import { resolveRepeatedNames } from "./repeated-names.ts";
import type { ScratchFolder } from "./scratch-folder.ts";
import {
  hasLayoutDecimalComma,
  hasLayoutThousandsPoint,
  hasQuotedDecimalComma,
  layoutWithoutLineMark,
  type Separator,
  splitLineByLayout,
  type TextLayout,
} from "./text-layout.ts";
import { linesOfText, writeTextLines } from "./text-lines.ts";
import { usualColumnOfRole } from "./usual-column-names.ts";

export interface NamingOptions {
  /** Column names for files without a header line. */
  readonly columns?: readonly string[] | undefined;
  /** Channels given by the user or a model. */
  readonly channels?: readonly string[] | undefined;
  /** Time column given by the user. */
  readonly time?: string | undefined;
  /** Whether labels come from files given by the user. */
  readonly labelled?: boolean;
  readonly scratch: ScratchFolder;
  /** Called with each warning, such as one about a file without column names. */
  readonly warn: (message: string) => void;
}

/** A table with a header line. */
export interface NamedTable {
  readonly table: SourceFile;
  /** The header line, as written. */
  readonly header: string;
  readonly separator: Separator;
  /** Position of the time column; -1 if there is none. */
  readonly time: number;
}

/**
 * Writes the table below a header line, separates the values by a single character, and adds a time column if the file gives
 * only its rate.
 */
export async function tableWithNames(file: SourceFile, found: TextLayout, options: NamingOptions): Promise<NamedTable> {
  const layout = fittingLayout(found);
  const width = layout.sample[0]!.length;
  refuseTableOfEpochs(file.path, layout);
  const known = knownLayout(basename(file.path), layout);
  const names =
    options.columns !== undefined && layout.names === undefined ? options.columns : (known?.names ?? layout.names);
  if (names === undefined) refuseWideRows(file.path, layout.sample.slice(0, 10));
  if (names === undefined) throw tableWithoutNames(file.path, layout);
  if (names.length !== width) {
    throw new UserError(`${file.path}: --columns has ${names.length} names, but the rows have ${width} values.`, {
      advice: `Name every column in order; the first row is ${layout.sample[0]!.slice(0, 12).join(", ")}.`,
    });
  }
  resolveRepeatedNames(file.path, names, options);
  const by = options.columns !== undefined && layout.names === undefined ? "--columns" : known?.is;
  if (by !== undefined && layout.names === undefined) {
    const source = by === "--columns" ? "named by --columns" : `named as in exports of ${by}`;
    options.warn(
      `${file.path}: the file has no line of column names; its columns are ${source}: ${names.slice(0, 12).join(", ")}.`,
    );
    if (by !== "--columns" && known?.note !== undefined) options.warn(`${by}: ${known.note}`);
  }
  const clock = options.columns === undefined ? known?.clock : clockInKnownLayout(layout.preamble, names);
  if (clock !== undefined && (known?.is === statedRateLayout || options.columns !== undefined)) {
    const from = clock.start === 0 ? "" : `, and the start, ${new Date(clock.start * 1000).toISOString().slice(0, 19)}`;
    options.warn(
      `${file.path}: there is no time column, so times are computed from the rate given before the table, ${clock.rateHz} Hz${from}.`,
    );
  }
  const scale = options.columns === undefined ? known?.scale : undefined;
  const isQuoted = layout.separator === "," && hasQuotedDecimalComma(layout.sample);
  const separator: Separator = layout.separator === "spaces" || isQuoted ? "\t" : layout.separator;
  const quoted = names.map((name) =>
    name.includes(separator) || name.includes('"') ? `"${name.replaceAll('"', '""')}"` : name,
  );
  const out = options.scratch.file("table.csv");
  const skip = layout.firstValues + (options.columns === undefined ? (known?.skip ?? 0) : 0);
  const cut = found.sample[0]!.length - width;
  const surplus = cut > 0 ? new RegExp(`(?:\\${separator} *){${cut}}$`) : undefined;
  const valuesOf = (text: string): string => {
    if (scale !== undefined)
      return splitLineByLayout(text, layout.separator)
        .map((value) => Number(value) * scale)
        .join(separator);
    if (layout.separator === "spaces" || isQuoted) return splitLineByLayout(text, layout.separator).join("\t");
    if (surplus !== undefined) return text.replace(/\r?$/, "").replace(surplus, "");
    return text.startsWith("'")
      ? splitLineByLayout(text, separator).join(separator)
      : layoutWithoutLineMark(text, separator);
  };
  const header = [...(clock === undefined ? [] : ["timestamp_s"]), ...quoted].join(separator);
  const time = clock === undefined ? names.indexOf(options.time ?? usualColumnOfRole([...names], "time") ?? "") : 0;
  const table = async function* (): AsyncGenerator<string> {
    yield header;
    let [line, row] = [0, 0];
    for await (const text of linesOfText(file.stored ?? file.path)) {
      if (line++ < skip) continue;
      // DuckDB skips empty lines, but counts them.
      if (text.trim() === "") {
        yield "";
        continue;
      }
      const values = valuesOf(line === 1 ? text.replace(/^\ufeff/, "") : text);
      yield clock === undefined ? values : `${(clock.start + row / clock.rateHz).toFixed(6)}${separator}${values}`;
      row++;
    }
  };
  await writeTextLines(table(), out);
  const decimalComma = scale === undefined && separator !== "," && (isQuoted || hasLayoutDecimalComma(layout.sample));
  const { lineOffset = 0 } = file;
  const named = {
    ...file,
    stored: out,
    lineOffset: lineOffset === null ? null : lineOffset + skip - 1,
    ...(decimalComma && { decimalCommaWith: separator, thousandsPoint: hasLayoutThousandsPoint(layout.sample) }),
  };
  return { table: named, header, separator, time };
}

/**
 * Rejects counts per epoch, which ActiLife writes with the same preamble as accelerations; the epoch of accelerations is 0 s.
 */
function refuseTableOfEpochs(path: string, { preamble }: TextLayout): void {
  const epoch = /Epoch Period \(hh:mm:ss\) (\d+:\d+:\d+)/i.exec(preamble.join("\n"))?.[1];
  if (epoch === undefined || /^[0:]+$/.test(epoch)) return;
  throw new UserError(`${path}: expected accelerations, found an ActiGraph file with counts per epoch of ${epoch}.`, {
    advice: "Give the .gt3x file itself, or export its raw data: ActiLife and CentrePoint write a RAW .csv.",
  });
}

/** Whether a row has a start, an end and a duration, each as a time of day and in seconds, as ELAN writes it. */
function isRowOfElan(row: readonly string[]): boolean {
  const ofDay = row.flatMap((value, i) => (/^\d+:\d\d:\d\d\.\d+$/.test(value) ? [i] : []));
  return ofDay.length === 3 && ofDay.every((i) => /^\d+\.\d+$/.test(row[i + 1] ?? ""));
}

/** Whether each row has two whole numbers per name, as 0,02,9,81 has for two, the second of which is never negative. */
function areSplitDecimals(sample: TextLayout["sample"], names: number): boolean {
  return sample.every(
    (values) =>
      values.length === 2 * names && values.every((value, i) => (i % 2 === 0 ? /^[+-]?\d+$/ : /^\d+$/).test(value)),
  );
}

function tableWithoutNames(path: string, { sample, preamble, separator }: TextLayout): UserError {
  const first = sample[0]!;
  if (isRowOfElan(first))
    return new UserError(
      `${path}: expected the samples of sensors, found labels with their times, as exported by ELAN.`,
      {
        advice: `Give the recordings, and add the labels with ${shellCommand("--labels", path)}`,
      },
    );
  const likely = likelyNames(sample, basename(path));
  const names = splitLineByLayout(preamble.at(-1) ?? "", separator).filter((name) => name !== "");
  if (separator === "," && names.length > 1 && areSplitDecimals(sample, names.length))
    return new UserError(
      `${path}: expected decimals with a point, found decimals with a comma in a table that is separated by commas: line ${preamble.length} has ${names.length} names, but the rows have ${first.length} values, such as ${first.slice(0, 8).join(",")}.`,
      { advice: "Export it again with decimal points, or separated by semicolons or tabs." },
    );
  const rate =
    likely.includes("time") || likely.includes("sec")
      ? ""
      : " No column looks like a time; if there is none, also give the rate of the recordings with --rate, such as --rate 50.";
  const values = first.slice(0, 8).join(", ");
  return new UserError(
    names.length < 2 || names.length === first.length
      ? `${path}: the file has no line of column names. Its rows have ${first.length} values, such as ${values}.`
      : `${path}: no line of column names fits the rows. Line ${preamble.length} has ${names.length} values, but the rows have ${first.length}, such as ${values}.`,
    {
      advice: `Name the columns in order; judging by their values, perhaps ${shellCommand("--columns", likely.join(","))}${rate === "" ? "" : `.${rate}`}`,
    },
  );
}
