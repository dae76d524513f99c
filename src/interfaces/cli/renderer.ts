// The interface of everything that shows a training run.
import type { TrainEvent } from "../../pipelines/train.ts";
import type { Reporter } from "../../reporter.ts";
import type { Loudness, Streams } from "./terminal.ts";

export interface TrainRenderer extends Reporter<TrainEvent> {
  /** Confirms a request to stop. */
  onStopping: (message: string) => void;
  /** Removes the live line, however the run ended. */
  close(): void;
}

/** Progress and results go to `output`, warnings to `errors`. */
export interface RendererOptions extends Streams {
  readonly loudness?: Loudness;
  /** Milliseconds. */
  readonly now?: () => number;
}
