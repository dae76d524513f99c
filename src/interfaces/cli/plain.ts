// A training run in a pipe or a log: one plain line per epoch, without escape codes, then the tables.
import type { RendererOptions, TrainRenderer } from "./renderer.ts";
import { openTerminal } from "./terminal.ts";
import { epochLines, eventBlocks, isResult, verboseLines } from "./train-text.ts";

export function plainRenderer({ loudness = "usual", now = Date.now, ...streams }: RendererOptions): TrainRenderer {
  const terminal = openTerminal(loudness, streams);
  const began = now();
  return {
    warn: (message) => terminal.warn(message),
    event: (event) => {
      const blocks = event.type === "epoch" ? epochLines(event, loudness) : eventBlocks(event);
      if (isResult(event)) terminal.print(...blocks);
      else terminal.progress(...blocks);
      if (loudness === "verbose") terminal.progress(...verboseLines(event, (now() - began) / 1000));
    },
    onStopping: (message) => terminal.inform(message),
    close: () => {},
  };
}
