// The options of a training run as stored in its model folder, in manifest.json under `config`. The stored options are a
// record, not input from a user. Unknown options are therefore accepted, and only the options that are needed to open a model
// are required. A retraining run inherits the other options; see `champion-options.ts`.
//
// The manifest's `schema_version` covers this form, too: a later version may add keys, and may drop keys that are not named here.
import { z } from "zod";

/** Training options as stored in the model folder. */
export interface StoredConfig {
  /** Sampling rate of the network's input, in Hz. */
  readonly rate: number;
  /** Samples per window. */
  readonly window: number;
  /** Share of a window that overlaps the next window, in [0, 1). */
  readonly overlap: number;
  /** How recordings with a higher rate are resampled; absent from earlier versions, which interpolated. */
  readonly resampling?: "low-pass" | "linear";
  /** Minimum share of a training window that its label must cover; absent from earlier versions, which required 100 %. */
  readonly purity?: number;
  /** All other options, as written. */
  readonly [option: string]: unknown;
}

/** Maximum number of values in a window, over all channels; they take 16 MiB. Several windows are in memory at a time. */
const largestWindow = 1 << 22;

export const storedConfigSchema: z.ZodType<StoredConfig> = z
  .looseObject({
    rate: z.number().min(1).max(10_000).describe("Sampling rate of the network's input, in Hz."),
    window: z.int().min(8).max(100_000).describe("Samples per window."),
    overlap: z.number().min(0).lt(1).describe("Share of a window that overlaps the next window."),
    purity: z
      .number()
      .min(0)
      .max(1)
      .describe("Minimum share of a training window that its label must cover; 1 if it is absent.")
      .exactOptional(),
    resampling: z
      .enum(["low-pass", "linear"])
      .describe("How recordings at a higher rate are resampled; linear if it is absent.")
      .exactOptional(),
  })
  .refine(({ window, overlap }) => Math.round(window * (1 - overlap)) >= 1, {
    path: ["overlap"],
    message: "expected each window to start at least one sample after the previous one",
  })
  .describe("Every option with which `tidemark train` ran; only the options listed here are needed to open the model.");

/** How recordings at a higher rate are resampled. */
export function storedResampling({ resampling }: Pick<StoredConfig, "resampling">): "low-pass" | "linear" {
  return resampling ?? "linear";
}

/**
 * Describes the fault if windows of this size are too large; null otherwise. A model with such windows could never be opened.
 */
export function storedConfigWindowFault(samples: number, channels: number): string | null {
  if (samples * channels <= largestWindow) return null;
  return `windows of ${samples} samples and ${channels} channels: expected at most ${largestWindow} values per window`;
}
