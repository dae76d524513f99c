import { z } from "zod";

/** Samples are float32: what is computed of them stays within it. */
const largestSample = 3.4028234663852886e38;
export const sampleSchema: z.ZodNumber = z.number().min(-largestSample).max(largestSample);
