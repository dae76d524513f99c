// A training run in a pipe or a log: one plain line an epoch, no escape codes, then the tables.

import type { RendererOptions, TrainRenderer } from "./renderer.ts";
import { epochLine, eventText } from "./train-text.ts";

export function plainRenderer({ output, errors }: RendererOptions): TrainRenderer {
  return {
    onEvent: (event) => {
      if (event.type === "epoch") return void output.write(`${epochLine(event)}\n`);
      const text = eventText(event);
      if (text === null) return;
      (event.type === "warning" ? errors : output).write(`${text}\n`);
    },
    onStopping: (message) => void errors.write(`${message}\n`),
    close: () => {},
  };
}
