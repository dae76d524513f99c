import type { Command } from "commander";
import { counted } from "../../counted.ts";
import { exitCodes } from "../../errors.ts";
import { listAlertsOptions, sendAlertsOptions, testAlertsOptions } from "../../options/alert-options.ts";
import { resolveOptions } from "../../options/resolve-options.ts";
import type { QueuedAlert } from "../../pipelines/alerts.ts";
import { defineCommand, defineGroup } from "./define-command.ts";
import type { Closing } from "./help-closing.ts";
import type { Block } from "./terminal.ts";

const closing: Closing = {
  examples: [
    "tidemark alerts test --alert env:SLACK_URL",
    "tidemark alerts list --model models/walk",
    "tidemark alerts send --model models/walk --alert env:SLACK_URL",
    "tidemark alerts list --alerts alerts.yaml",
    "tidemark alerts send --alerts alerts.yaml --dead",
  ],
  notes: [
    "Alert addresses are secrets: write them as env:NAME, because other users of the machine can read a command line.",
  ],
  exitCodes: [
    [0, "done, or nothing to do"],
    [1, "a defect in Tidemark"],
    [2, "wrong usage"],
    [3, "at least one target did not accept every message"],
  ],
};

/** `tidemark alerts` */
export function alertsCommand(): Command {
  const json = "one line of JSON";
  const test = defineCommand({
    name: "test",
    summary: "send a test message to every target",
    options: testAlertsOptions,
    resolve: (given) => resolveOptions(testAlertsOptions, given),
    json,
    run: async (config, { terminal, json }) => {
      const { testAlerts } = await import("../../pipelines/alerts.ts");
      const tested = await testAlerts(config);
      terminal.detail(`read       ${counted(tested.length, "address", "addresses")}`);
      if (json) terminal.json({ targets: tested });
      else {
        for (const { target, signed, fault } of tested) {
          const note = signed === false ? ", unsigned (TIDEMARK_WEBHOOK_SECRET is not set)" : "";
          terminal.print(
            `${fault === null ? "accepted  " : "failed    "} ${target}${fault === null ? note : `: ${fault}`}`,
          );
        }
      }
      if (tested.some(({ fault }) => fault !== null)) process.exitCode = exitCodes.unsent;
    },
  });
  const list = defineCommand({
    name: "list",
    summary: "show the alerts that were not delivered",
    options: listAlertsOptions,
    resolve: (given) => resolveOptions(listAlertsOptions, given),
    json,
    run: async (config, { terminal, json }) => {
      const { listAlerts } = await import("../../pipelines/alerts.ts");
      const queued = await listAlerts(config);
      terminal.detail(`read       the outbox of ${config.model ?? config.alerts}`);
      if (json) terminal.json({ undelivered: queued.map(alertsUndeliveredJson) });
      else terminal.print(...alertsUndeliveredLines(queued));
    },
  });
  const send = defineCommand({
    name: "send",
    summary: "send the undelivered alerts to these targets",
    options: sendAlertsOptions,
    resolve: (given) => resolveOptions(sendAlertsOptions, given),
    json,
    run: async (config, { terminal, json }) => {
      const { sendUndeliveredAlerts } = await import("../../pipelines/alerts.ts");
      const { sent, left } = await sendUndeliveredAlerts(config, { reporter: { warn: terminal.warn } });
      terminal.detail(`read       the outbox of ${config.model ?? config.alerts}`);
      if (json) terminal.json({ sent, left });
      else terminal.print(`${counted(sent, "message")} sent, ${counted(left, "message")} left`);
      if (left > 0) process.exitCode = exitCodes.unsent;
    },
  });
  return defineGroup({
    name: "alerts",
    summary: "test the targets of alerts, and show or send undelivered alerts",
    description:
      "Sends a test message to the targets of `tidemark check --alert` or of `tidemark serve --alerts`, shows the " +
      "alerts that are not yet delivered, or sends them again.",
    commands: [test, list, send],
    closing,
  });
}

function alertsUndeliveredJson({ status, target, attempts, reason, message }: QueuedAlert): object {
  return { status, target: target.shown, attempts, reason, message };
}

function alertsUndeliveredLines(queued: readonly QueuedAlert[]): Block[] {
  if (queued.length === 0) return ["Everything was delivered."];
  return queued.flatMap(({ status, message, target, attempts, reason }) => [
    `${status.padEnd(10)} ${message === null ? "damaged message" : `${message.type} of stream ${message.data.stream}, ${message.timestamp}`}`,
    `           to ${target.shown}: ${reason ?? "not tried yet"} (${counted(attempts, "attempt")})`,
  ]);
}
