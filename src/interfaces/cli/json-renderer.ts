import { type PrintedEvent, printedEvent } from "./printed-event.ts";
import type { RendererOptions, TrainRenderer } from "./renderer.ts";
import { openTerminal } from "./terminal.ts";
import { trainTextWhenQuiet } from "./train-text.ts";

/** Prints events as they happen, one JSON object per line, including `batch` events. With --quiet, prints only results. */
export function jsonRenderer({ loudness = "usual", ...streams }: RendererOptions): TrainRenderer {
  const terminal = openTerminal(loudness, streams);
  return {
    warn: (message) => {
      if (loudness !== "quiet") terminal.json({ type: "warning", message } satisfies PrintedEvent);
    },
    event: (event) => {
      if (loudness !== "quiet" || trainTextWhenQuiet(event)) terminal.json(printedEvent(event));
    },
    onStopping: (message) => terminal.inform(message),
    close: () => {},
  };
}
