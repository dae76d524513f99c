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

const ofService: Option<string> = {
  ...alerts,
  doc: "alerts file of a service (its --alerts, or a --config file that contains alerts): use the service's targets and outbox instead of --model or --alert",
};

/** Where alerts go: `alert` for the targets of `check`, or `alerts` for those of a service. */
export interface AlertTargetsConfig {
  alert?: string[];
  alerts?: string;
}

/** Where undelivered alerts are kept: with `model`, those of `check`; with `alerts`, those of a service. */
export interface AlertPlaceConfig {
  model?: string;
  alerts?: string;
}

const ofModel: Option<string> = { ...model, presence: "optional" };

/** Options of `alerts test`. */
export const testAlertsOptions: OptionsOf<AlertTargetsConfig> = { alert, alerts: ofService };

/** Options of `alerts list`. */
export const listAlertsOptions: OptionsOf<AlertPlaceConfig> = { model: ofModel, alerts: ofService };

/** Options of `alerts send`. */
export const sendAlertsOptions: OptionsOf<AlertPlaceConfig & AlertTargetsConfig & { dead: boolean }> = {
  model: ofModel,
  alert,
  alerts: ofService,
  dead: flagOption({ affects: "run", doc: "also send abandoned messages" }),
};
