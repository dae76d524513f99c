// What shows a training run, whatever it looks like.
import type { TrainEvent } from "../../pipelines/train.ts";
import type { Reporter } from "../../reporter.ts";
import type { Loudness, Streams } from "./terminal.ts";

export interface TrainRenderer extends Reporter<TrainEvent> {
  /** Shows that a request to stop was heard. */
  onStopping: (message: string) => void;
  /** Ends the live line, whatever the run ended with. */
  close(): void;
}

/** Progress and results go to `output`, warnings to `errors`. */
export interface RendererOptions extends Streams {
  readonly loudness?: Loudness;
  /** Milliseconds. */
  readonly now?: () => number;
}
