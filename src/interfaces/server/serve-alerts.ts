// The alerts of a service, configured by the file given by `serve --alerts`.

import { outboxOfAlertsFile, readAlertsFile } from "../../pipelines/alerts-file.ts";
import { AlertOutbox } from "../../report/alert-outbox.ts";
import { AlertService, type AlertServiceRun } from "../../report/alert-service.ts";

export async function openServeAlerts(path: string, run: AlertServiceRun): Promise<AlertService> {
  const config = await readAlertsFile(path);
  return new AlertService(AlertOutbox.open(outboxOfAlertsFile(path, config)), config, run);
}
