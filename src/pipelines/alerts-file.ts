// The targets, rules and outbox of a service's alerts: in a file of their own (`serve --alerts`), or under the key `alerts` of
// the service's config file (`serve --config`).

import { dirname, join, resolve } from "node:path";
import { UserError } from "../errors.ts";
import { readConfigFile } from "../options/resolve-config.ts";
import { isOptionsRecord } from "../options/resolve-options.ts";
import { outboxFile } from "../report/alert-outbox.ts";
import { type AlertsConfig, alertRouting, alertsConfigSchema } from "../report/alert-rules.ts";

/** @throws UserError if the file does not have the expected form, or an address cannot be parsed */
export async function readAlertsFile(path: string): Promise<AlertsConfig> {
  const { options } = await readConfigFile(path);
  const read = alertsConfigSchema.safeParse(isOptionsRecord(options.alerts) ? options.alerts : options);
  if (!read.success) {
    const { path: where, message } = read.error.issues[0]!;
    throw new UserError(`--alerts ${path}: ${where.join(".") || "the file"}: ${message}`, {
      advice: "docs/alerts.md has an example; schemas/alerts_config.schema.json lists all keys.",
    });
  }
  alertRouting(read.data);
  return read.data;
}

/** Path of the outbox, which is in the same folder as the file unless the file specifies another place. */
export function outboxOfAlertsFile(path: string, { outbox }: Pick<AlertsConfig, "outbox">): string {
  return outbox === undefined ? join(dirname(path), outboxFile) : resolve(dirname(path), outbox);
}
