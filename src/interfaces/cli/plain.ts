// A training run in a pipe or a log: one plain line an epoch, no escape codes, then the tables.

import type { RendererOptions, TrainRenderer } from "./renderer.ts";
import { printTo } from "./terminal.ts";
import { epochLine, eventLines } from "./train-text.ts";

export function plainRenderer({ output, errors }: RendererOptions): TrainRenderer {
  return {
    warn: (message) => printTo(errors, `warning: ${message}`),
    event: (event) => printTo(output, ...(event.type === "epoch" ? [epochLine(event)] : eventLines(event))),
    onStopping: (message) => printTo(errors, message),
    close: () => {},
  };
}
