import { type PrintedEvent, printedEvent } from "./printed-event.ts";
import type { RendererOptions, TrainRenderer } from "./renderer.ts";
import { printTo } from "./terminal.ts";

/** One event a line, as it comes; `batch` events too. */
export function jsonRenderer({ output, errors }: RendererOptions): TrainRenderer {
  return {
    warn: (message) => printTo(output, JSON.stringify({ type: "warning", message } satisfies PrintedEvent)),
    event: (event) => printTo(output, JSON.stringify(printedEvent(event))),
    onStopping: (message) => printTo(errors, message),
    close: () => {},
  };
}
