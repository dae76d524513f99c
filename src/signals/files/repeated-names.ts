// Handles columns with equal names, as in tables pasted together from those of several devices. DuckDB appends a number to the
// second of two equal names: ax and ax_1. Names that differ only in case count as equal. The user has to choose among columns
// with equal names if they form a sensor or if each sensor has its own clock.

import { UserError } from "../../errors.ts";
import { shellCommand } from "../../shell-words.ts";
import { sensorsByName } from "../sensors/sensors-by-name.ts";
import { usualChannels } from "../sensors/usual-channels.ts";
import { usualColumnOfRole } from "./usual-column-names.ts";

interface NamedChoices {
  /** Channels given by the user or the model. */
  readonly channels?: readonly string[] | undefined;
  /** Time column given by the user. */
  readonly time?: string | undefined;
  readonly warn: (message: string) => void;
}

/**
 * @param names column names of a file
 * @throws UserError if it is not clear which of several columns with one name to read: as channels that the user has not chosen,
 * or as the clock, unless the clock that would be read is the closest one before the channels
 */
export function resolveRepeatedNames(
  path: string,
  names: readonly string[],
  { channels, time, warn }: NamedChoices,
): void {
  const numbered = numberedNames(names);
  const repeated = names.filter((name, c) => name !== "" && numbered[c] !== name);
  if (repeated.length === 0) return;
  const examples = [...new Set(repeated)].map((name) => JSON.stringify(name)).join(", ");
  const isExact = new Set(names).size < names.length;
  const several = isExact
    ? `several columns are named ${examples}`
    : `columns differ only in the case of their names (${examples})`;
  const rule = `The first column keeps its name, and a number is added to each of the other names: ${repeated[0]}_1.`;
  const again = new Set(repeated.map((name) => name.toLowerCase()));
  const usual = usualChannels(numbered).channels;
  const baseOf = (name: string): string => name.replace(/_\d+$/, "").toLowerCase();
  // Three columns with one name are the axes of one sensor.
  const axes = sensorsByName(numbered).flatMap((sensor) =>
    new Set(sensor.channels.map(baseOf)).size === 1 ? sensor.channels : [],
  );
  if (channels === undefined && usual.some((name) => again.has(baseOf(name)) && !axes.includes(name))) {
    throw new UserError(`${path}: ${several}, so it is not clear which of them to read. ${rule}`, {
      advice: `Specify the channels to read, such as ${shellCommand("--channels", usual.join(","))}`,
    });
  }
  const clocks = numbered.filter(
    (_, c) => again.has(names[c]!.toLowerCase()) && usualColumnOfRole([names[c]!], "time") !== null,
  );
  const read = time ?? usualColumnOfRole(numbered, "time");
  const first = numbered.indexOf((channels ?? usual)[0] ?? "");
  const own = clocks.findLast((name) => numbered.indexOf(name) < first);
  if (time === undefined && own !== undefined && own !== read) {
    throw new UserError(`${path}: ${several}, so each sensor may have its own clock. ${rule}`, {
      advice: `Specify the clock that belongs to the channels, such as ${shellCommand("--time", own)} (beside ${numbered[first]}).`,
    });
  }
  warn(`${path}: ${several}. ${rule}`);
}

function numberedNames(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const times = seen.get(name.toLowerCase()) ?? 0;
    seen.set(name.toLowerCase(), times + 1);
    return times === 0 ? name : `${name}_${times}`;
  });
}
