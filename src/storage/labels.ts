// labels.json: the class names in the order of the network's outputs.
import { z } from "zod";

/** The content of labels.json. */
export interface Labels {
  schema_version: 1;
  /** The K class names; index k corresponds to output k of the network. */
  classes: string[];
}

export const labelsSchema: z.ZodType<Labels> = z.looseObject({
  schema_version: z.literal(1),
  classes: z
    .array(z.string().min(1))
    .min(2)
    .refine((classes) => new Set(classes).size === classes.length, "expected distinct names")
    .describe("Class names in the order of the network's outputs."),
});

/** Faults in labels that conform to their schema; empty if the labels equal the manifest's classes. */
export function labelsFileFaults({ classes }: Labels, expected: readonly string[]): string[] {
  const shown = (names: readonly string[]): string => `${names.length} (${names.slice(0, 20).join(", ")})`;
  return classes.length === expected.length && classes.every((name, k) => name === expected[k])
    ? []
    : [`classes: expected those in manifest.json, ${shown(expected)}, got ${shown(classes)}`];
}
