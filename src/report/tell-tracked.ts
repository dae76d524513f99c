import { counted } from "../counted.ts";
import type { Reporter } from "../reporter.ts";
import { shellCommand, shellPath } from "../shell-words.ts";
import type { ServerAddress } from "../storage/server-address.ts";
import type { TrackedOutcome } from "./training-tracker.ts";

/** The part of a run that the tracking server had received when the run ended. */
export interface TrackedEvent {
  type: "tracked";
  /** Address of the run's page; null if the server has none. */
  page: string | null;
  /** Registered versions, such as "walk version 3 (champion)". */
  versions: readonly string[];
  /** Number of events that are stored only in the model folder. */
  unsent: number;
}

/**
 * Reports what the tracking server received, and which command sends any missing events.
 * @param folder the folder that keeps the events; null if there is none
 */
export function tellTracked(
  { page, versions, unsent, version }: TrackedOutcome,
  server: ServerAddress | null,
  reporter: Reporter<TrackedEvent>,
  folder: string | null,
): void {
  if (page !== null || unsent !== null)
    reporter.event({ type: "tracked", page, versions, unsent: unsent?.events ?? 0 });
  if (unsent === null) return;
  const message = `${counted(unsent.events, "event")} not sent to the tracking server: ${unsent.reason}`;
  const words = folder === null ? [] : ["sync", shellPath(folder), "--tracking", server!.uri];
  if (version !== null) words.push("--register", version.name);
  if (version?.alias != null) words.push("--alias", version.alias);
  const command = words.length === 0 ? "" : `. To send, run: ${shellCommand("tidemark", ...words)}`;
  reporter.warn(`${message}${command}`);
}
