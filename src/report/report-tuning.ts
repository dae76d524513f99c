// Sends a completed search to a tracking server.

import type { Reporter } from "../reporter.ts";
import type { ServerAddress } from "../storage/server-address.ts";
import { gitCommit } from "../versions.ts";
import { type LoggedTuning, tuneLogEvents } from "./tune-log.ts";

/** Maximum time that an unresponsive server may delay the result. */
const reportPatienceMs = 10_000;

/**
 * Sends the search, and warns if the server does not accept everything; the result remains valid.
 * @param id identifies the search, so that a search that is sent again does not appear twice
 */
export async function reportTuning(
  server: ServerAddress,
  logged: LoggedTuning,
  { id, at, reporter }: { id: string; at: number; reporter: Pick<Reporter, "warn"> },
): Promise<void> {
  const [{ MlflowClient }, { ServerTimeLimits }, { EventSender }, { runBackgroundSender }] = await Promise.all([
    import("../storage/mlflow-client.ts"),
    import("../storage/server-time-limits.ts"),
    import("../storage/event-sender.ts"),
    import("../storage/background-sender.ts"),
  ]);
  const client = new MlflowClient(server);
  try {
    const events = tuneLogEvents(logged, { id, at, gitCommit: await gitCommit() });
    const sender = new EventSender(client, {
      read: () => Promise.reject(new Error("a search has no artifacts")),
      warn: (message) => reporter.warn(`tracking: ${message}`),
    });
    const unsent = await runBackgroundSender(sender, events, new ServerTimeLimits(reportPatienceMs));
    if (unsent === null) return;
    reporter.warn(
      `the search was not sent to the tracking server: ${unsent.reason}. Run the same command with --resume to send ` +
        `the search again; no trial is repeated.`,
    );
  } finally {
    await client.close();
  }
}
