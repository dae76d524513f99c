// The interface of renderers that show a training run.
import type { TrainEvent } from "../../pipelines/train.ts";
import type { Reporter } from "../../reporter.ts";
import type { Loudness, Streams } from "./terminal.ts";

export interface TrainRenderer extends Reporter<TrainEvent> {
  /** Confirms that a stop was requested. */
  onStopping: (message: string) => void;
  /** Removes the live line at the end of the run, even after an error. */
  close(): void;
}

/** Progress and results go to `output`, and warnings to `errors`; as JSON, warnings also go to `output`. */
export interface RendererOptions extends Streams {
  readonly loudness?: Loudness;
  /** The current time in milliseconds. */
  readonly now?: () => number;
}
