import { printedEvent } from "./printed-event.ts";
import type { RendererOptions, TrainRenderer } from "./renderer.ts";
import { printTo } from "./terminal.ts";

/** One event a line, as it comes; `batch` events too. */
export function jsonRenderer({ output, errors }: RendererOptions): TrainRenderer {
  return {
    onEvent: (event) => printTo(output, JSON.stringify(printedEvent(event))),
    onStopping: (message) => printTo(errors, message),
    close: () => {},
  };
}
