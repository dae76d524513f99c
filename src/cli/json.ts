import type { RendererOptions, TrainRenderer } from "./renderer.ts";

/** One event a line, as it comes; `batch` events too. */
export function jsonRenderer({ output, errors }: RendererOptions): TrainRenderer {
  return {
    onEvent: (event) => void output.write(`${JSON.stringify(event)}\n`),
    onStopping: (message) => void errors.write(`${message}\n`),
    close: () => {},
  };
}
