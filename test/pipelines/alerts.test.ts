import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { UserError } from "../../src/errors.ts";
import { listAlerts, sendUndeliveredAlerts, testAlerts } from "../../src/pipelines/alerts.ts";
import { outboxOfAlertsFile, readAlertsFile } from "../../src/pipelines/alerts-file.ts";
import { withAlertOutbox } from "../../src/report/alert-outbox.ts";
import { alertTarget } from "../../src/report/alert-target.ts";
import { AlertFault, type SendAlert } from "../../src/report/send-alert.ts";
import { noStreamAlerts, streamAlertOnBatch } from "../../src/report/stream-alerts.ts";
import { alarmed } from "../report/results.ts";
import { temporaryDirectory } from "../storage/temporary-directory.ts";

const hook = "https://example.org/hook";
const refusing: SendAlert = () => Promise.reject(new AlertFault("never", "it answered 400"));

it("lists and resends what a service could not deliver", async () => {
  const alerts = join(temporaryDirectory(), "alerts.yaml");
  writeFileSync(alerts, JSON.stringify({ targets: { hook }, rules: [{ to: ["hook"] }], outbox: "own.sqlite" }));
  expect(await listAlerts({ alerts })).toEqual([]);
  const { messages } = streamAlertOnBatch(
    { project: null, model: "walk", stream: "wrist-7" },
    alarmed(2, 2),
    noStreamAlerts,
  );
  await withAlertOutbox(join(alerts, "../own.sqlite"), async (outbox) =>
    outbox.enqueue(messages[0]!, [alertTarget(hook, {})], new Date()),
  );
  const warnings: string[] = [];
  const reporter = { warn: (message: string) => void warnings.push(message) };
  const send = { alerts, dead: false };
  expect(await sendUndeliveredAlerts(send, { send: refusing, reporter })).toEqual({ sent: 0, left: 1 });
  expect(warnings[0]).toMatch(/^alerts: 1 message abandoned .*; see: tidemark alerts list --alerts .*alerts\.yaml$/);
  expect(await listAlerts({ alerts })).toMatchObject([{ status: "dead", reason: "it answered 400" }]);
  const sent: string[] = [];
  const accepting: SendAlert = async ({ type }, target) => void sent.push(`${type} ${target.shown.split(" (")[0]}`);
  expect(await sendUndeliveredAlerts({ alerts, dead: true }, { send: accepting })).toEqual({ sent: 1, left: 0 });
  expect(await testAlerts({ alerts }, { send: accepting })).toMatchObject([{ fault: null }]);
  expect(sent).toEqual(["alarm.began plain https://example.org", "test plain https://example.org"]);
});

it("reads the rules from the config file of a service, too, with the outbox beside that file", async () => {
  const alerts = join(temporaryDirectory(), "serve.yaml");
  const write = (rules: unknown): void =>
    writeFileSync(alerts, JSON.stringify({ models: "models", alerts: { targets: { hook }, rules } }));
  write([{ stream: "wrist-*", severity: "critical", to: ["hook"] }]);
  expect(outboxOfAlertsFile(alerts, await readAlertsFile(alerts))).toBe(join(alerts, "../alerts.sqlite"));
  const sent: string[] = [];
  const accepting: SendAlert = async ({ type }, target) => void sent.push(`${type} ${target.shown.split(" (")[0]}`);
  expect(await testAlerts({ alerts }, { send: accepting })).toMatchObject([{ fault: null }]);
  expect(sent).toEqual(["test plain https://example.org"]);
  write([{ to: ["pager"] }]);
  await expect(readAlertsFile(alerts)).rejects.toThrow('a rule names the target "pager", but the targets are hook');
  write([{ streams: "wrist-*", to: ["hook"] }]);
  await expect(readAlertsFile(alerts)).rejects.toThrow(`--alerts ${alerts}: rules.0: Unrecognized key: "streams"`);
});

it("asks for the outbox and the targets", async () => {
  await expect(listAlerts({})).rejects.toThrow("expected one of --model and --alerts, got none");
  await expect(listAlerts({ model: "walk", alerts: "alerts.yaml" })).rejects.toThrow(UserError);
  await expect(testAlerts({})).rejects.toThrow("expected one of --alert and --alerts, got none");
});
