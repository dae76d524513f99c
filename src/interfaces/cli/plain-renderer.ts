// Shows a training run in a pipe or a log: a line for each epoch and each quarter of the calibration, and the tables. With
// --quiet, only the results are shown. Nothing is redrawn.
import type { CalibrationEvent } from "../../pipelines/recalibrate-baseline.ts";
import type { RendererOptions, TrainRenderer } from "./renderer.ts";
import { openTerminal } from "./terminal.ts";
import {
  trainCalibrationText,
  trainText,
  trainTextOfEpoch,
  trainTextWhenQuiet,
  verboseTrainText,
} from "./train-text.ts";

export function plainRenderer({ loudness = "usual", now = Date.now, ...streams }: RendererOptions): TrainRenderer {
  const terminal = openTerminal(loudness, streams);
  const began = now();
  let quarters = -1;
  const calibrationLines = (event: CalibrationEvent): string[] => {
    const before = quarters;
    quarters = Math.floor(4 * event.done);
    return quarters === before ? [] : [trainCalibrationText(event)];
  };
  return {
    warn: (message) => terminal.warn(message),
    event: (event) => {
      if (event.type === "calibration") return terminal.progress(...calibrationLines(event));
      const blocks = event.type === "epoch" ? trainTextOfEpoch(event, loudness) : trainText(event);
      if (trainTextWhenQuiet(event)) terminal.print(...blocks);
      else terminal.progress(...blocks);
      if (loudness === "verbose") terminal.progress(...verboseTrainText(event, (now() - began) / 1000));
    },
    onStopping: (message) => terminal.inform(message),
    close: () => {},
  };
}
