// The config file written by a search.

import type { PairedPeople } from "../learning/evaluation/paired-people.ts";
import { kebabCase } from "../letter-case.ts";
import type { TunedOptions } from "./tune-candidates.ts";

/** The text of a config file with the selected options, and a comment with their test scores. */
export async function tuneConfigText(
  chosen: TunedOptions,
  { people, first, second, interval }: PairedPeople,
): Promise<string> {
  const { stringify } = await import("yaml");
  const range = interval === null ? "" : ` (90 % interval ${interval.low.toFixed(3)} to ${interval.high.toFixed(3)})`;
  return [
    "# Chosen by tidemark tune. Macro-F1 over people who were not used to select the options:",
    `# ${second.toFixed(3)}, and ${first.toFixed(3)} with the options as given; difference ${(second - first).toFixed(3)}${range}, ${people.length} people.`,
    stringify(Object.fromEntries(Object.entries(chosen).map(([name, value]) => [kebabCase(name), value]))),
  ].join("\n");
}
