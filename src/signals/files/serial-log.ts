// Rewrites a microcontroller's output as a table. The Arduino IDE's serial monitor puts the time of day before each line
// ("10:00:00.020 -> 0.1,0.2,9.8"), and other terminals put it in brackets ("[2026-05-04 10:00:00.020] 0.1,0.2,9.8"). Its plotter
// expects a name before each value ("ax:0.1 ay:0.2 az:9.8"). Other lines, such as those from the boot loader, are left out.

import { linesOfText, writeTextLines } from "./text-lines.ts";

const clockForm = /^\s*(?:\[([^\]]*\d{1,2}:\d{2}:\d{2}[.,]\d{1,6}[^\]]*)\]|(\d{1,2}:\d{2}:\d{2}[.,]\d{1,6})\s*->)\s*/;
const pairForm = /([A-Za-z_][\w .()/^²°-]*?)\s*[:=]\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|nan|inf)(?![\w.])/gi;

export interface SerialLog {
  /** Whether lines begin with the time of day. */
  readonly clock: boolean;
  /** The names before the values; undefined if there are only values. */
  readonly names: readonly string[] | undefined;
}

/** Minimum share of the lines that must have the form of a log line. */
const usualShare = 0.8;
const leastLines = 10;

/** @param lines the first lines, without empty ones @returns undefined if the lines are not a serial log */
export function serialLog(lines: readonly string[]): SerialLog | undefined {
  if (lines.length < leastLines) return undefined;
  const most = (count: number): boolean => count >= usualShare * lines.length;
  const clock = most(lines.filter((line) => clockForm.test(line)).length);
  const namesOf = lines.map((line) =>
    pairsOfSerialLine(line.replace(clockForm, ""))
      ?.map(([name]) => name)
      .join("\x1f"),
  );
  const usual = [...Map.groupBy(namesOf, (names) => names)].sort(([, a], [, b]) => b.length - a.length)[0];
  const names = usual?.[0] !== undefined && most(usual[1].length) ? usual[0].split("\x1f") : undefined;
  if (names !== undefined && new Set(names).size < Math.max(2, names.length)) return undefined;
  return clock || names !== undefined ? { clock, names } : undefined;
}

/** Returns names and values, if the line contains nothing else. */
function pairsOfSerialLine(line: string): [name: string, value: string][] | undefined {
  const pairs = [...line.matchAll(pairForm)].map((match): [string, string] => [match[1]!.trim(), match[2]!]);
  if (pairs.length < 2) return undefined;
  return /^[\s,;|]*$/.test(line.replace(pairForm, "")) ? pairs : undefined;
}

/** Writes the log as a table; a header line stays the first line. */
export async function serialLogAsTable(path: string, out: string, { clock, names }: SerialLog): Promise<void> {
  const table = async function* (): AsyncGenerator<string> {
    let first = true;
    if (names !== undefined) yield [...(clock ? ["time"] : []), ...names].join(",");
    for await (const line of linesOfText(path)) {
      const [, inBrackets, before] = clockForm.exec(line) ?? [];
      const time = (inBrackets ?? before)?.replace(",", ".");
      const rest = line.replace(clockForm, "").trim();
      // A line that is left out becomes an empty line, so that the line numbers below it stay the same.
      if ((clock && time === undefined) || rest === "") {
        yield "";
        continue;
      }
      if (names === undefined) {
        const areNames = first && !/\d/.test(rest.replace(/[A-Za-z_]\w*/g, ""));
        yield `${areNames ? "time" : time}${separatorOfSerialLog(rest)}${rest}`;
      } else {
        const pairs = pairsOfSerialLine(rest);
        const isWhole = pairs?.length === names.length;
        if (!isWhole) {
          yield "";
          continue;
        }
        yield [...(clock ? [time!] : []), ...pairs.map(([, value]) => value)].join(",");
      }
      first = false;
    }
  };
  await writeTextLines(table(), out);
}

function separatorOfSerialLog(values: string): string {
  return /[,;\t|]/.exec(values)?.[0] ?? " ";
}
