// A model that is opened once and asked often, as programs see it.
import type { BatchOptions, CheckAnswer, CheckRun, SummaryOptions } from "./check-batch.ts";
import { openModelHandle } from "./model-handle.ts";

export type { BatchOptions, CheckRun, SummaryOptions } from "./check-batch.ts";

/** Windows over a block of samples: S samples, C channels, W windows, T samples per window. */
export interface ModelWindows {
  /** [S, C] in physical units, at the model's rate. */
  readonly samples: Float32Array;
  /** [W] Index of the first sample of each window. */
  readonly starts: Int32Array;
  /** T, as the model was trained. */
  readonly windowSize: number;
  /** C names, those of the model in their order. */
  readonly channels: readonly string[];
}

/** An opened model. Its files, session and ledger are opened once, however many batches it judges. */
export interface Model {
  /** Like the function `check`, without opening the model. */
  check(batch: BatchOptions, run?: CheckRun): Promise<CheckAnswer>;
  /**
   * Judges a batch that was summarised elsewhere, from the bytes or the parsed JSON that `tidemark/device` produced. Throws a
   * UserError if this model did not make the summary. Likely causes need samples: `warnings` of the result say so if the batch
   * looks strange.
   */
  checkSummary(summary: unknown, options: SummaryOptions, run?: CheckRun): Promise<CheckAnswer>;
  /** Probabilities [W, K] of the classes. `jobs` is the maximum of worker threads; default: all cores. */
  predict(windows: ModelWindows, options?: { readonly jobs?: number }): Promise<Float32Array>;
  /** Closes session and ledger; the model is of no use afterwards. */
  close(): Promise<void>;
}

/**
 * Opens a model for any number of batches. Close it when done.
 *
 * @param model a model folder, or DIR/LINE@champion
 * @throws UserError if the folder was changed, or its files cannot be used: all faults are named
 */
export async function openModel(model: string): Promise<Model> {
  return openModelHandle(model);
}
