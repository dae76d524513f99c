// Validates scaler.json before a model is used.
import { z } from "zod";

/** scaler.json: one center and scale per channel, in the channels' units. */
export interface ScalerFile {
  method: "zscore" | "robust" | "none";
  channels: string[];
  center: number[];
  scale: number[];
}

export const scalerSchema: z.ZodType<ScalerFile> = z
  .object({
    method: z.enum(["zscore", "robust", "none"]),
    channels: z.array(z.string()).min(1),
    center: z.array(z.number()),
    scale: z.array(z.number().positive()),
  })
  .refine((s) => s.center.length === s.channels.length && s.scale.length === s.channels.length, {
    message: "center and scale: expected one number per channel",
  });

/** Outside these limits, float32 computations may produce 0 or infinity. */
const [leastScale, largestNumber] = [1e-30, 1e30];

/**
 * Lists the faults of a scaler.json: one message per fault, or none if it can be used.
 * @param expected properties of the model to which the file belongs
 */
export function scalerFaults(value: unknown, expected: { channels: readonly string[]; method?: unknown }): string[] {
  const parsed = scalerSchema.safeParse(value);
  if (!parsed.success)
    return parsed.error.issues.map(({ path, message }) => `${path.join(".") || "scaler"}: ${message}`);
  const { method, channels, center, scale } = parsed.data;
  const same =
    channels.length === expected.channels.length && channels.every((name, c) => name === expected.channels[c]);
  if (!same) return [`channels: expected ${expected.channels.join(", ")}, got ${channels.join(", ")}`];
  return [
    ...(expected.method === undefined || expected.method === method
      ? []
      : [`method: expected ${JSON.stringify(expected.method)} as in manifest.json, got ${method}`]),
    ...channels.flatMap((name, c) => [
      ...(Math.abs(center[c]!) <= largestNumber
        ? []
        : [`center of ${name}: expected a number from -${largestNumber} to ${largestNumber}, got ${center[c]}`]),
      ...(scale[c]! >= leastScale && scale[c]! <= largestNumber
        ? []
        : [`scale of ${name}: expected a number from ${leastScale} to ${largestNumber}, got ${scale[c]}`]),
    ]),
  ];
}
