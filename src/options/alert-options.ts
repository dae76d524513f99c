// Options for the commands that send alerts.

import type { CheckConfig } from "./config-types.ts";
import { flagOption, type Option, type OptionsOf, textOption, textsOption } from "./option.ts";
import { model } from "./shared-options.ts";

export const alertsHeading = "Alerts (webhooks are signed with TIDEMARK_WEBHOOK_SECRET):";

export const alert: Option<string[]> = {
  ...textsOption({
    value: "url",
    many: "repeated",
    affects: "tracking",
    expected: "an address such as https://hooks.example.org/tidemark",
    doc: "address to send alerts to: a webhook (https), mail (smtp), alertmanager+http, or env:NAME for an address in an environment variable; see docs/alerts.md; repeatable",
  }),
  secret: true,
};

const metricsFile: Option<string> = textOption({
  value: "file.prom",
  affects: "run",
  expected: "a file name that ends in .prom",
  pattern: /\.prom$/,
  doc: "file for the state of all streams, for the textfile collector of Prometheus's node_exporter",
});

export const checkAlerts: OptionsOf<Required<Pick<CheckConfig, "alert" | "metricsFile">>> = { alert, metricsFile };

/** Rules for a service's alerts. */
export const alerts: Option<string> = textOption({
  value: "file",
  affects: "run",
  expected: "a YAML or JSON file",
  doc: "YAML or JSON file with the recipients of alerts for each stream; see docs/alerts.md",
});

const required: Option<string[]> = { ...alert, presence: "required" };

/** Options of `alerts test`. */
export const testAlertsOptions: OptionsOf<{ alert: string[] }> = { alert: required };

/** Options of `alerts list`. */
export const listAlertsOptions: OptionsOf<{ model: string }> = { model };

/** Options of `alerts send`. */
export const sendAlertsOptions: OptionsOf<{ model: string; alert: string[]; dead: boolean }> = {
  model,
  alert: required,
  dead: flagOption({ affects: "run", doc: "also send abandoned messages" }),
};
