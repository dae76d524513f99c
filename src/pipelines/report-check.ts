// Sends a stream to a tracking server after a check has reached its verdict.

import type { LedgerOwner, ReadableLedger } from "../monitoring/streams/model-ledger.ts";
import type { CheckConfig } from "../options/resolve-config.ts";
import type { Reporter } from "../reporter.ts";
import { shellCommand, shellPath } from "../shell-words.ts";
import type { ServerAddress } from "../storage/server-address.ts";

/** Maximum time that a tracking server may delay a verdict. */
const reportPatienceMs = 3000;

/** Sends the stream, and warns if the tracking server does not accept all of it. */
export async function reportCheck(
  server: ServerAddress,
  { stream, experiment }: Pick<CheckConfig, "stream" | "experiment">,
  model: LedgerOwner,
  ledger: ReadableLedger,
  reporter: Reporter,
): Promise<void> {
  for (const warning of server.warnings) reporter.warn(warning);
  const [{ MlflowClient }, { ServerTimeLimits }, { reportStream }, { readTrackingLogExperiment }] = await Promise.all([
    import("../storage/mlflow-client.ts"),
    import("../storage/server-time-limits.ts"),
    import("../report/report-stream.ts"),
    import("../report/tracking-log.ts"),
  ]);
  const client = new MlflowClient(server);
  let reason: string | undefined;
  try {
    const { unsent } = await reportStream(client, ledger, model, stream, {
      experiment: experiment ?? (await readTrackingLogExperiment(model.directory)),
      limits: new ServerTimeLimits(reportPatienceMs),
      warn: (message) => reporter.warn(`tracking: ${message}`),
    });
    reason = unsent?.reason;
  } catch (error) {
    // The verdict is still valid and must be returned.
    reason = error instanceof Error ? error.message : String(error);
  } finally {
    await client.close();
  }
  if (reason === undefined) return;
  const words = ["sync", shellPath(model.directory), "--tracking", server.uri];
  if (experiment !== undefined) words.push("--experiment", experiment);
  const command = shellCommand("tidemark", ...words);
  reporter.warn(`part of the stream was not sent to the tracking server: ${reason}. Send it with: ${command}`);
}
