// Options of the commands that send alerts.

import type { CheckConfig } from "./config-types.ts";
import { flagOption, type Option, type OptionsOf, textsOption } from "./option.ts";
import { model } from "./shared-options.ts";

export const alertsHeading = "Alerts (webhooks are signed with TIDEMARK_WEBHOOK_SECRET):";

export const alert: Option<string[]> = {
  ...textsOption({
    value: "url",
    many: "repeated",
    affects: "tracking",
    expected: "an address such as https://hooks.example.org/tidemark",
    doc: "send alerts there: a webhook (https), mail (smtp), alertmanager+http, or env:NAME for an address in an environment variable; see docs/alerts.md; repeatable",
  }),
  secret: true,
};

export const checkAlerts: OptionsOf<Required<Pick<CheckConfig, "alert">>> = { alert };

const required: Option<string[]> = { ...alert, presence: "required" };

/** Options of `alerts test`. */
export const testAlertsOptions: OptionsOf<{ alert: string[] }> = { alert: required };

/** Options of `alerts list`. */
export const listAlertsOptions: OptionsOf<{ model: string }> = { model };

/** Options of `alerts send`. */
export const sendAlertsOptions: OptionsOf<{ model: string; alert: string[]; dead: boolean }> = {
  model,
  alert: required,
  dead: flagOption({ affects: "run", doc: "also send messages that were given up" }),
};
