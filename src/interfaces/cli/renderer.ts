// What shows a training run, whatever it looks like.
import type { TrainEvent } from "../../pipelines/train.ts";
import type { Reporter } from "../../reporter.ts";

/** What is written to: process.stdout, process.stderr, or a test's stand-in. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface TrainRenderer extends Reporter<TrainEvent> {
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
