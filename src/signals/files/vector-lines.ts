// Turns logs of microcontrollers into tables if lines hold the vectors of one sensor each, as Adafruit's examples print them:
// "Acceleration X: 0.12, Y: 0.20, Z: 9.81 m/s^2", then "Rotation X: ...", then "Temperature: 24 degC". Other lines are left
// out.

import { linesOfText, writeTextLines } from "./text-lines.ts";

const number = "([+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:e[+-]?\\d+)?)";
const between = "[\\s,;|]*";
const form = new RegExp(
  `^\\s*(?:(\\d{1,2}:\\d{2}:\\d{2}[.,]\\d+)\\s*->\\s*)?([A-Za-z][A-Za-z ._()-]*?)\\s*[:=,-]?\\s*\\bX\\s*[:=]\\s*${number}${between}\\bY\\s*[:=]\\s*${number}${between}\\bZ\\s*[:=]\\s*${number}\\s*([^\\d\\s,;|][^,;|]*?)?\\s*$`,
  "i",
);

interface VectorLine {
  readonly time: string | undefined;
  readonly sensor: string;
  readonly values: readonly string[];
  readonly unit: string;
}

export interface VectorLines {
  /** The names of the sensors in the order of their lines, each with its unit. */
  readonly sensors: readonly { readonly name: string; readonly unit: string }[];
  /** Whether each line begins with a time. */
  readonly timed: boolean;
}

const leastLines = 10;
const mostSensors = 6;

/**
 * @param lines the first lines, without empty ones
 * @returns undefined if fewer than ten lines, or fewer than a third of them, are vectors, or if they are from too many sensors
 */
export function vectorLines(lines: readonly string[]): VectorLines | undefined {
  const found = lines.map(parseVectorLine).filter((line) => line !== undefined);
  if (found.length < Math.max(leastLines, lines.length / 3)) return undefined;
  const units = new Map(found.map(({ sensor, unit }) => [sensor, unit]));
  if (units.size > mostSensors) return undefined;
  return {
    sensors: [...units].map(([name, unit]) => ({ name, unit })),
    timed: found.every(({ time }) => time !== undefined),
  };
}

function parseVectorLine(line: string): VectorLine | undefined {
  const [, time, sensor, x, y, z, unit = ""] = form.exec(line) ?? [];
  return sensor === undefined ? undefined : { time, sensor: sensor.trim(), values: [x!, y!, z!], unit };
}

/** Writes a row for each round of the sensors; a sensor without a line in a round has empty cells. */
export async function vectorLinesAsTable(path: string, out: string, { sensors, timed }: VectorLines): Promise<void> {
  const names = sensors.flatMap(({ name, unit }) =>
    ["x", "y", "z"].map((axis) => `${name} ${axis}${unit === "" ? "" : ` (${unit})`}`),
  );
  const table = async function* (): AsyncGenerator<string> {
    yield [...(timed ? ["time"] : []), ...names].join(",");
    let time = "";
    const round = new Map<string, readonly string[]>();
    const row = (): string =>
      [...(timed ? [time] : []), ...sensors.flatMap(({ name }) => round.get(name) ?? ["", "", ""])].join(",");
    for await (const line of linesOfText(path)) {
      const own = parseVectorLine(line);
      if (own === undefined || !sensors.some(({ name }) => name === own.sensor)) continue;
      if (round.has(own.sensor)) {
        yield row();
        round.clear();
      }
      if (round.size === 0) time = own.time?.replace(",", ".") ?? "";
      round.set(own.sensor, own.values);
    }
    if (round.size > 0) yield row();
  };
  await writeTextLines(table(), out);
}
