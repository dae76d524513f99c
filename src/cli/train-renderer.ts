// Chooses how a training run is shown: one JSON event a line, a live line on a terminal, or plain lines in a pipe.
import type { OnTrainEvent } from "../pipelines/train-events.ts";
import { jsonRenderer } from "./json.ts";
import { liveRenderer } from "./live.ts";
import { plainRenderer } from "./plain.ts";

/** What a renderer writes to: process.stdout, process.stderr, or a test's stand-in. */
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

export function trainRenderer(options: RendererOptions & { json: boolean }): TrainRenderer {
  if (options.json) return jsonRenderer(options);
  return options.output.isTTY === true && process.env["TERM"] !== "dumb"
    ? liveRenderer(options)
    : plainRenderer(options);
}
