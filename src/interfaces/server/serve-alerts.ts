// The alerts of a service, configured by the file given by `serve --alerts`.

import { dirname, join, resolve } from "node:path";
import { UserError } from "../../errors.ts";
import { readConfigFile } from "../../options/resolve-config.ts";
import { AlertOutbox, outboxFile } from "../../report/alert-outbox.ts";
import { type AlertsConfig, alertRouting, alertsConfigSchema } from "../../report/alert-rules.ts";
import { AlertService, type AlertServiceRun } from "../../report/alert-service.ts";

/** @throws UserError if the file does not have the expected form, or an address cannot be parsed */
export async function readServeAlertsFile(path: string): Promise<AlertsConfig> {
  const { options } = await readConfigFile(path);
  const read = alertsConfigSchema.safeParse(options);
  if (!read.success) {
    const { path: where, message } = read.error.issues[0]!;
    throw new UserError(`--alerts ${path}: ${where.join(".") || "the file"}: ${message}`, {
      advice: "docs/alerts.md has an example; schemas/alerts_config.schema.json lists all keys.",
    });
  }
  alertRouting(read.data);
  return read.data;
}

/** Opens the outbox, which is in the same folder as the file unless the file specifies another place. */
export async function openServeAlerts(path: string, run: AlertServiceRun): Promise<AlertService> {
  const config = await readServeAlertsFile(path);
  const folder = dirname(path);
  const outbox = AlertOutbox.open(
    config.outbox === undefined ? join(folder, outboxFile) : resolve(folder, config.outbox),
  );
  return new AlertService(outbox, config, run);
}
