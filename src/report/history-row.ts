// One line of history.jsonl, which describes one epoch of one fit.

import { z } from "zod";

export interface HistoryRow {
  /** "fold-1", "fold-2", ... or "final"; after a retraining, also "cycle-0", "cycle-1", ... */
  fit: string;
  /** Counted from 1. */
  epoch: number;
  /** Mean over the epoch's batches, in nats, with dropout active. */
  loss: number;
  accuracy: number;
  /** `val_loss`, `val_accuracy` and `val_macro_f1` are null in the final fit, which has no validation part. */
  val_loss: number | null;
  val_accuracy: number | null;
  val_macro_f1: number | null;
  /** Learning rate of the epoch; null unless the epoch consists of mini-batches. */
  learning_rate: number | null;
  /** Penalty on the weights of the linear layer; absent if the epoch consists of mini-batches. */
  penalty?: number;
  /** How an ensemble combines its members; present only in the epoch that represents the whole ensemble. */
  mixture?: { readonly temperatures: readonly number[]; readonly weights: readonly number[] };
  /** Networks that `auto` tried, with the log loss for each held-out person. */
  tried?: readonly { readonly weights: readonly number[]; readonly losses: readonly number[] }[];
  seconds: number;
  /** Whether this is the fit's best epoch so far. */
  best: boolean;
}

export const historyRowSchema: z.ZodType<HistoryRow> = z.object({
  fit: z.string(),
  epoch: z.int().min(1),
  loss: z.number(),
  accuracy: z.number(),
  val_loss: z.number().nullable(),
  val_accuracy: z.number().nullable(),
  val_macro_f1: z.number().nullable(),
  learning_rate: z.number().nullable(),
  penalty: z.number().exactOptional(),
  mixture: z
    .object({ temperatures: z.array(z.number().positive()), weights: z.array(z.number().min(0)) })
    .exactOptional(),
  tried: z.array(z.object({ weights: z.array(z.number().min(0)), losses: z.array(z.number().min(0)) })).exactOptional(),
  seconds: z.number(),
  best: z.boolean(),
});
