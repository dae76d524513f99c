// Rewrites a microcontroller's or a program's output as a table. The Arduino IDE's serial monitor puts the time of day before
// each line ("10:00:00.020 -> 0.1,0.2,9.8"); other terminals put it in brackets ("[2026-05-04 10:00:00.020] 0.1,0.2,9.8") or
// write only a space after it. Loggers add a level and the name of their source ("2026-05-04 10:00:00,020 INFO imu: ax=0.1
// ay=0.2", "I (1234) MPU6050: ax: 0.1, ay: 0.2"). Arduino's plotter expects a name before each value ("ax:0.1 ay:0.2 az:9.8");
// others write one before each vector ("ACC: 0.1,0.2,9.8 GYR: 1,2,3").
// Other lines, such as those from the boot loader, are left out.

import { sensorInText } from "../sensors/sensor-in-text.ts";
import { linesOfText, writeTextLines } from "./text-lines.ts";

const time = "\\d{1,2}:\\d{2}:\\d{2}[.,]\\d{1,9}";
const date = "\\d{4}[-/.]\\d{2}[-/.]\\d{2}[T ]";
const clockForms: readonly RegExp[] = [
  new RegExp(`^\\s*(?:\\[([^\\]]*${time}[^\\]]*)\\]|(${time})\\s*->)\\s*`),
  /^\s*\[\s*(\d+(?:\.\d+)?)(?: ?(?:ms|us|s))?\s*\]\s*/,
  new RegExp(`^\\s*()((?:${date})?${time})Z?\\s*(?:->|>)\\s*`),
  // A space ends the time only if a number and other separators follow it; +0200 is an offset.
  new RegExp(
    `^\\s*()((?:${date})?${time})Z? +(?![+-]\\d{2}:?\\d{2}\\b)(?=[+-]?[\\d.]+\\s*[,;\\t][^,;\\t]+[,;\\t][^,;\\t]+)`,
  ),
];
/** Times before a level and the name of a source; Android leaves out the year, and ESP-IDF counts milliseconds. */
const logForms: readonly RegExp[] = [
  new RegExp(`^\\s*()\\[?((?:${date})?${time})Z?\\]?\\s+`),
  new RegExp(`^\\s*()\\d{2}-\\d{2} (${time})\\s+`),
  /^\s*()[VDIWE] \((\d+)\)\s+/,
];
/** Names have at most 80 characters, because a search without a limit takes quadratic time on long lines. */
const pairForm = /([A-Za-z_][\w .()/^²°-]{0,79}?)\s*[:=]\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|nan|inf)(?![\w.])/gi;
/** Matches the vector of one sensor, such as "ACC: 0.1, 0.2, 9.8". */
const vectorForm =
  /([A-Za-z]\w{0,79}) ?[:=] ?[([]?([-+]?[\d.]+(?:e[-+]?\d+)?)[,; ]+([-+]?[\d.]+(?:e[-+]?\d+)?)[,; ]+([-+]?[\d.]+(?:e[-+]?\d+)?)[)\]]?(?=$|[,;|\s]+(?![-+\d.]))/gi;
/** Matches the level, the process and the name of a source, such as "1234 1250 D SensorLog: ". */
const sourceForm = /^(?:[\w./[\]-]+\s+)*[\w./[\]-]*\s*[:|>-]?\s+/;

export interface SerialLog {
  /** The form of the times at the start of each line; undefined if there are none. */
  readonly clock: RegExp | undefined;
  /** The names before the values; undefined if there are only values. */
  readonly names: readonly string[] | undefined;
  /** Column names in a first line without a time; undefined if there are none. */
  readonly header: string | undefined;
  /** Name of the time column, with its unit if the times have one. */
  readonly clockName: string;
}

/** Minimum share of the lines that must have the form of a log line. */
const usualShare = 0.8;
const leastLines = 10;

/** @param lines the first lines, without empty ones @returns undefined if the lines are not a serial log */
export function serialLog(lines: readonly string[]): SerialLog | undefined {
  if (lines.length < leastLines) return undefined;
  const most = (count: number): boolean => count >= usualShare * lines.length;
  const withClock = (form: RegExp): boolean => most(lines.filter((line) => form.test(line)).length);
  const clock = [...clockForms, ...logForms].find(withClock);
  const namesOf = lines.map((line) =>
    pairsOfSerialLine(clock === undefined ? line : line.replace(clock, ""))
      ?.map(([name]) => name)
      .join("\x1f"),
  );
  const usual = [...Map.groupBy(namesOf, (names) => names)].sort(([, a], [, b]) => b.length - a.length)[0];
  const names = usual?.[0] !== undefined && most(usual[1].length) ? usual[0].split("\x1f") : undefined;
  if (names !== undefined && new Set(names).size < Math.max(2, names.length)) return undefined;
  if (names === undefined && (clock === undefined || !clockForms.includes(clock))) return undefined;
  const [header, ...rows] = lines;
  const example = rows.find((line) => clock?.test(line));
  return {
    clock,
    names,
    clockName: clockNameOfSerialLog(clock, example ?? header!),
    header:
      names === undefined && example !== undefined
        ? headerOfSerialLog(header!, example.replace(clock!, ""))
        : undefined,
  };
}

function clockNameOfSerialLog(clock: RegExp | undefined, line: string): string {
  const unit = clock?.source.includes("VDIWE") ? "ms" : /^\s*\[\s*[\d.]+ ?(ms|us|s)\s*\]/.exec(line)?.[1];
  return unit === undefined ? "time" : `time_${unit}`;
}

/** Returns the first line if it names the values, with or without the time before them. */
function headerOfSerialLog(line: string, values: string): string | undefined {
  const separator = separatorOfSerialLog(values);
  const [names, width] = [line.split(separator).map((name) => name.trim()), values.split(separator).length];
  if (!names.every((name) => /^\p{L}/u.test(name)) || width < 2) return undefined;
  if (names.length === width + 1) return names.join(separator);
  return names.length === width ? ["time", ...names].join(separator) : undefined;
}

/** Returns names and values, if the line contains nothing else but the name of a source before them. */
function pairsOfSerialLine(line: string): [name: string, value: string][] | undefined {
  const ofAxes = line.replace(vectorForm, (vector, name: string, x: string, y: string, z: string) =>
    sensorInText(name) === undefined ? vector : `${name}_x=${x} ${name}_y=${y} ${name}_z=${z}`,
  );
  const pairs = [...ofAxes.matchAll(pairForm)].map((match): [string, string] => [match[1]!.trim(), match[2]!]);
  if (pairs.length < 2) return undefined;
  const others = ofAxes.replace(pairForm, "").replace(sourceForm, "");
  return /^[\s,;|]*$/.test(others) ? pairs : undefined;
}

/** Writes the log as a table; a header line stays the first line. */
export async function serialLogAsTable(
  path: string,
  out: string,
  { clock, names, header, clockName }: SerialLog,
): Promise<void> {
  const table = async function* (): AsyncGenerator<string> {
    let first = true;
    if (names !== undefined) yield [...(clock === undefined ? [] : [clockName]), ...names].join(",");
    for await (const line of linesOfText(path)) {
      const [, inBrackets, before] = clock?.exec(line) ?? [];
      const time = (inBrackets || before)?.replace(",", ".");
      const rest = (clock === undefined ? line : line.replace(clock, "")).trim();
      if (first && header !== undefined && time === undefined && rest !== "") {
        yield header;
        first = false;
        continue;
      }
      // A line that is left out becomes an empty line, so that the line numbers below it stay the same.
      if ((clock !== undefined && time === undefined) || rest === "") {
        yield "";
        continue;
      }
      if (names === undefined) {
        const areNames = first && !/\d/.test(rest.replace(/[A-Za-z_]\w*/g, ""));
        yield `${areNames ? clockName : time}${separatorOfSerialLog(rest)}${rest}`;
      } else {
        const pairs = pairsOfSerialLine(rest);
        const isWhole = pairs?.length === names.length;
        if (!isWhole) {
          yield "";
          continue;
        }
        yield [...(clock === undefined ? [] : [time!]), ...pairs.map(([, value]) => value)].join(",");
      }
      first = false;
    }
  };
  await writeTextLines(table(), out);
}

function separatorOfSerialLog(values: string): string {
  return /[,;\t|]/.exec(values)?.[0] ?? " ";
}
