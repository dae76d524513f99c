// What shows a training run, whatever it looks like.
import type { OnTrainEvent } from "../../pipelines/train.ts";

/** What is written to: process.stdout, process.stderr, or a test's stand-in. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface TrainRenderer {
  onEvent: OnTrainEvent;
  /** Shows that a request to stop was heard. */
  onStopping: (message: string) => void;
  /** Ends the live line, whatever the run ended with. */
  close(): void;
}

export interface RendererOptions {
  /** Progress and results. */
  output: Output;
  /** Warnings. */
  errors: Output;
}
