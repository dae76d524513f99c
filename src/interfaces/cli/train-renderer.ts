import { jsonRenderer } from "./json-renderer.ts";
import { liveRenderer } from "./live-renderer.ts";
import { plainRenderer } from "./plain-renderer.ts";
import type { RendererOptions, TrainRenderer } from "./renderer.ts";

/** Shows a training run as one JSON event per line, as a live line on a terminal, or as plain lines in a pipe. */
export function trainRenderer(options: RendererOptions & { json: boolean }): TrainRenderer {
  if (options.json) return jsonRenderer(options);
  const live = options.output.isTTY === true && process.env.TERM !== "dumb" && options.loudness !== "quiet";
  return live ? liveRenderer(options) : plainRenderer(options);
}
