// Rewrites a text table with a line of names. Some tables begin after other lines, have no names, or state only a rate.

import { basename } from "node:path";
import { UserError } from "../../errors.ts";
import { shellCommand } from "../../shell-words.ts";
import type { SourceFile } from "./find-files.ts";
import { fittingLayout } from "./fitting-layout.ts";
import { knownLayout, statedRateLayout } from "./known-layouts.ts";
import { resolveRepeatedNames } from "./repeated-names.ts";
import type { ScratchFolder } from "./scratch-folder.ts";
import { haveDecimalComma, type Separator, splitTextLine, type TextLayout, withoutLineMark } from "./text-layout.ts";
import { linesOfText, writeLines } from "./text-lines.ts";

export interface NamingOptions {
  /** Names of the columns, for files that have none. */
  readonly columns?: readonly string[] | undefined;
  /** Channels that the user names, or a model. */
  readonly channels?: readonly string[] | undefined;
  /** The time column that the user names. */
  readonly time?: string | undefined;
  readonly scratch: ScratchFolder;
  /** Called if the names of a file's columns are not in the file. */
  readonly warn: (message: string) => void;
}

/** Separates values by one character, and adds a time if the file states only its rate. */
export async function tableWithNames(file: SourceFile, found: TextLayout, options: NamingOptions): Promise<SourceFile> {
  const layout = fittingLayout(found);
  const width = layout.sample[0]!.length;
  refuseEpochs(file.path, layout);
  const known = knownLayout(basename(file.path), layout);
  const names =
    options.columns !== undefined && layout.names === undefined ? options.columns : (known?.names ?? layout.names);
  if (names === undefined) throw withoutNames(file.path, layout);
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
  const clock = options.columns === undefined ? known?.clock : undefined;
  if (clock !== undefined && known?.is === statedRateLayout) {
    options.warn(
      `${file.path}: there is no time column, so times are computed from the rate that is stated before the table, ${clock.rateHz} Hz.`,
    );
  }
  const scale = options.columns === undefined ? known?.scale : undefined;
  const separator: Separator = layout.separator === "spaces" ? "\t" : layout.separator;
  const quoted = names.map((name) =>
    name.includes(separator) || name.includes('"') ? `"${name.replaceAll('"', '""')}"` : name,
  );
  const out = options.scratch.file("table.csv");
  const skip = layout.firstValues + (options.columns === undefined ? (known?.skip ?? 0) : 0);
  const valuesOf = (text: string): string => {
    if (scale !== undefined)
      return splitTextLine(text, layout.separator)
        .map((value) => Number(value) * scale)
        .join(separator);
    if (layout.separator === "spaces") return splitTextLine(text, "spaces").join("\t");
    if (layout !== found && layout.sample[0]!.length < found.sample[0]!.length)
      return text.trimEnd().replace(new RegExp(`\\${separator}$`), "");
    return text.startsWith("'") ? splitTextLine(text, separator).join(separator) : withoutLineMark(text, separator);
  };
  const table = async function* (): AsyncGenerator<string> {
    yield [...(clock === undefined ? [] : ["timestamp_s"]), ...quoted].join(separator);
    let [line, row] = [0, 0];
    for await (const text of linesOfText(file.stored ?? file.path)) {
      if (line++ < skip) continue;
      // DuckDB skips empty lines, but counts them.
      if (text.trim() === "") {
        yield "";
        continue;
      }
      const values = valuesOf(text);
      yield clock === undefined ? values : `${(clock.start + row / clock.rateHz).toFixed(6)}${separator}${values}`;
      row++;
    }
  };
  await writeLines(table(), out);
  const decimalComma = separator !== "," && scale === undefined && haveDecimalComma(layout.sample);
  const { lineOffset = 0 } = file;
  return {
    ...file,
    stored: out,
    lineOffset: lineOffset === null ? null : lineOffset + skip - 1,
    ...(decimalComma && { decimalCommaWith: separator }),
  };
}

/** ActiLife writes counts per epoch with the same preamble as accelerations, whose epoch is 0 s. */
function refuseEpochs(path: string, { preamble }: TextLayout): void {
  const epoch = /Epoch Period \(hh:mm:ss\) (\d+:\d+:\d+)/i.exec(preamble.join("\n"))?.[1];
  if (epoch === undefined || /^[0:]+$/.test(epoch)) return;
  throw new UserError(`${path}: expected accelerations, found an ActiGraph file with counts per epoch of ${epoch}.`, {
    advice: "Name the .gt3x file itself, or export its raw data: ActiLife and CentrePoint write a RAW .csv.",
  });
}

function withoutNames(path: string, { sample, preamble, separator }: TextLayout): UserError {
  const first = sample[0]!;
  const likely = likelyNames(sample);
  const names = splitTextLine(preamble.at(-1) ?? "", separator).filter((name) => name !== "");
  const rate = likely.includes("time")
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

/**
 * Suggests column names: a clock runs forwards, and a sensor's axes are three neighbouring columns of numbers that
 * vary.
 */
function likelyNames(sample: readonly (readonly string[])[]): string[] {
  const columns = sample[0]!.map((_, c) => sample.map((values) => values[c]!));
  const names = columns.map((_, c) => `c${c + 1}`);
  // Of several clocks, the finest.
  const clocks = [...columns.keys()].filter((c) => isLikelyClock(columns[c]!));
  const [clock = -1] = clocks.toSorted((a, b) => new Set(columns[b]).size - new Set(columns[a]).size);
  if (clock >= 0) names[clock] = "time";
  const mark = columns.findIndex(isLikelyMark);
  if (mark >= 0) names[mark] = "sensor";
  const mayBeAxis = columns.map((values, c) => c !== mark && !clocks.includes(c) && isLikelyAxis(values));
  const sensors = ["acc", "gyro", "mag"];
  for (let c = 0; c + 2 < names.length && sensors.length > 0; ) {
    if (!(mayBeAxis[c] && mayBeAxis[c + 1] && mayBeAxis[c + 2])) {
      c++;
      continue;
    }
    const sensor = sensors.shift()!;
    for (const axis of ["x", "y", "z"]) names[c++] = `${sensor}_${axis}`;
  }
  return names;
}

function isLikelyAxis(values: readonly string[]): boolean {
  const numbers = values.map((value) => (value === "" ? Number.NaN : Number(value.replace(",", "."))));
  if (!numbers.every(Number.isFinite) || new Set(numbers).size < 2) return false;
  return !(numbers.every(Number.isInteger) && runsForwards(values));
}

/** Minimum number of rows in which a few whole numbers that come and go are marks of sensors, not values. */
const markedRows = 20;
const mostMarks = 6;

/** A number of the sensor that a row belongs to: few different whole numbers, which change in most rows. */
function isLikelyMark(values: readonly string[]): boolean {
  if (values.length < markedRows || !values.every((value) => /^\d{1,2}$/.test(value))) return false;
  const changes = values.filter((value, i) => i > 0 && value !== values[i - 1]).length;
  return new Set(values).size <= mostMarks && 2 * changes >= values.length;
}

/** Whether hardly any number is less than the one before; a clock may begin again with the next recording. */
function runsForwards(values: readonly string[]): boolean {
  const numbers = values.map(Number);
  const steps = numbers.slice(1).map((value, i) => value - numbers[i]!);
  return new Set(numbers).size > 2 && steps.filter((step) => !(step >= 0)).length <= 0.05 * steps.length;
}

/** A date, a time of day, or numbers that run forwards, but do not count rows. */
function isLikelyClock(values: readonly string[]): boolean {
  if (/^\d{1,4}[-/.]\d{1,2}[-/.]\d|^\d{1,2}:\d{2}/.test(values[0]!)) return true;
  const counted = values.filter((value, i) => i > 0 && Number(value) - Number(values[i - 1]) === 1).length;
  return runsForwards(values) && 2 * counted < values.length;
}
