// labels.json: the classes in the order of the network's outputs.
import { z } from "zod";

export interface Labels {
  schema_version: 1;
  /** K names; index k is output k of the network. */
  classes: string[];
}

export const labelsSchema: z.ZodType<Labels> = z.looseObject({
  schema_version: z.literal(1),
  classes: z
    .array(z.string().min(1))
    .min(2)
    .refine((classes) => new Set(classes).size === classes.length, "expected names that differ")
    .describe("Class names in the order of the network's outputs."),
});
