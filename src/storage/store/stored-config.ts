// The options of a training as its model folder keeps them, in manifest.json under `config`. They are a record of what was
// done, not options that somebody types: nothing is refused for being unknown, and only what is needed to open a model has
// to be there. A retraining, which goes on with the others, reads them in `champion-options.ts`.
//
// The form belongs to the manifest's `schema_version`: a later version may add keys, and stop writing those not named here.
import { z } from "zod";

/** Training options as stored in the model folder. */
export interface StoredConfig {
  /** Sampling rate of the network's input, Hz. */
  readonly rate: number;
  /** Samples per window. */
  readonly window: number;
  /** Share of a window that the next one repeats, [0, 1). */
  readonly overlap: number;
  /** All others, as they were written. */
  readonly [option: string]: unknown;
}

/** Values of one window, over all channels: 16 MiB. Several windows are held at a time. */
const largestWindow = 1 << 22;

export const storedConfigSchema: z.ZodType<StoredConfig> = z
  .looseObject({
    rate: z.number().min(1).max(10_000).describe("Sampling rate the network sees, Hz."),
    window: z.int().min(8).max(100_000).describe("Samples a window."),
    overlap: z.number().min(0).lt(1).describe("Share of a window that the next one repeats."),
  })
  .refine(({ window, overlap }) => Math.round(window * (1 - overlap)) >= 1, {
    path: ["overlap"],
    message: "expected an overlap that lets each window move on by at least one sample",
  })
  .describe("Every option that `tidemark train` ran with; only those named here are needed to open the model.");

/** What is wrong with windows of this size, if anything is: no reader would open a model of them. */
export function largeWindowFault(samples: number, channels: number): string | null {
  if (samples * channels <= largestWindow) return null;
  return `windows of ${samples} samples of ${channels} channels: expected at most ${largestWindow} values in a window`;
}
