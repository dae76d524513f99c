import { counted } from "../counted.ts";
import type { OnTrainEvent } from "../learning/training/train-events.ts";
import { shellCommand, shellPath } from "../shell-words.ts";
import { serverAddress } from "../storage/tracking/server-address.ts";
import type { TrackedConfig, TrackedOutcome } from "./training-tracker.ts";

/**
 * What became of the tracking, to who listens; with the command that sends what is missing.
 * @param folder where the events are kept; null where nowhere
 */
export function tellTracked(
  { page, versions, unsent, version }: TrackedOutcome,
  config: TrackedConfig,
  onEvent: OnTrainEvent,
  folder: string | null,
): void {
  if (page !== null || unsent !== null) onEvent({ type: "tracked", page, versions, unsent: unsent?.events ?? 0 });
  if (unsent === null) return;
  const message = `${counted(unsent.events, "event")} not sent to the tracking server: ${unsent.reason}`;
  const words = folder === null ? [] : ["sync", shellPath(folder), "--tracking", serverAddress(config.tracking)!.uri];
  if (version !== null) words.push("--register", version.name);
  if (version?.alias != null) words.push("--alias", version.alias);
  const command = words.length === 0 ? "" : `. Send with: ${shellCommand("tidemark", ...words)}`;
  onEvent({ type: "warning", message: `${message}${command}` });
}
