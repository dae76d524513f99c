// The interface to a model that a program opens once and uses many times.
import type { BatchOptions, CheckAnswer, CheckRun, SummaryOptions } from "./check-batch.ts";
import { openModelHandleWithStore } from "./model-handle.ts";

export type { BatchOptions, CheckRun, SummaryOptions } from "./check-batch.ts";

/** Windows over a block of samples: S samples, C channels, W windows, T samples per window. */
export interface ModelWindows {
  /** [S, C] in physical units, at the model's rate. */
  readonly samples: Float32Array;
  /** [W] index of the first sample of each window. */
  readonly starts: Int32Array;
  /** T, the number of samples per window, the same as in training. */
  readonly windowSize: number;
  /** [C] the names of the model's channels, in the model's order. */
  readonly channels: readonly string[];
}

/** An opened model. The model's files, session and ledger are opened only once for any number of batches. */
export interface Model {
  /** Judges a batch as the function `check` does, without opening the model again. */
  check(batch: BatchOptions, run?: CheckRun): Promise<CheckAnswer>;
  /**
   * Judges a batch that `tidemark/device` has summarised. The summary may be given as bytes, in binary or JSON form, or as
   * parsed JSON. Throws a UserError if the summary was made with a different model. The result's `left_out` lists what cannot
   * be judged without samples.
   */
  checkSummary(summary: unknown, options: SummaryOptions, run?: CheckRun): Promise<CheckAnswer>;
  /** Returns the class probabilities [W, K]. */
  predict(
    windows: ModelWindows,
    options?: {
      /** Maximum number of worker threads (default: one per core). */
      readonly jobs?: number;
    },
  ): Promise<Float32Array>;
  /** Closes the session and the ledger; the model cannot be used afterwards. */
  close(): Promise<void>;
}

/**
 * Opens a model for any number of batches. Close it when done.
 *
 * @param model the path of a model folder; or DIR/LINE@champion or DIR/LINE@3, for the champion or version 3 of a line
 * @param options.store where streams are kept (default: the model folder): sqlite:DIR or postgres://user:password@host/database
 * @throws UserError if the folder was modified, or its files cannot be used; the message lists all faults
 */
export async function openModel(model: string, { store }: { readonly store?: string } = {}): Promise<Model> {
  return openModelHandleWithStore({ model, store });
}
