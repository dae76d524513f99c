import { counted } from "../counted.ts";
import { serverAddress } from "../tracking/server-address.ts";
import { quoteWord } from "./resume-command.ts";
import type { OnTrainEvent } from "./train-events.ts";
import type { TrackedConfig, TrackedOutcome } from "./training-tracker.ts";

/** What became of the tracking, to who listens; with the command that sends what is missing. */
export function tellTracked(
  { page, versions, unsent }: TrackedOutcome,
  config: TrackedConfig,
  onEvent: OnTrainEvent,
): void {
  if (page !== null || unsent !== null) onEvent({ type: "tracked", page, versions, unsent: unsent?.events ?? 0 });
  if (unsent === null) return;
  const command = `tidemark sync ${quoteWord(config.out)} --tracking ${quoteWord(serverAddress(config.tracking)!.uri)}`;
  onEvent({
    type: "warning",
    message: `${counted(unsent.events, "event")} not sent to the tracking server: ${unsent.reason}. Send with: ${command}`,
  });
}
