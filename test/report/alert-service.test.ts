import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AlertOutbox } from "../../src/report/alert-outbox.ts";
import { alertRouting, alertsConfigSchema, matchesAlertPattern } from "../../src/report/alert-rules.ts";
import { AlertService, type SilentStream } from "../../src/report/alert-service.ts";
import type { AlertClock } from "../../src/report/deliver-alerts.ts";
import { AlertFault, type SendAlert } from "../../src/report/send-alert.ts";
import { noStreamAlerts, streamAlertOnBatch } from "../../src/report/stream-alerts.ts";
import { alarmed, judged } from "./results.ts";

const of = { project: null, model: "walk", stream: "wrist-7" };
const targets = { chat: "https://example.org/chat", pager: "https://example.org/pager" };
const config = alertsConfigSchema.parse({
  targets,
  rules: [
    { stream: "wrist-*", to: ["chat"] },
    { confirmed_only: true, severity: "critical", on: ["alarm"], to: ["pager"] },
  ],
});

describe("the rules", () => {
  const began = streamAlertOnBatch(of, alarmed(2, 2), noStreamAlerts);
  const [confirmed] = streamAlertOnBatch(of, alarmed(7, 2, true), began.after).messages;

  it("send each message to the targets of every rule that matches", () => {
    const { targetsOf, targets: all } = alertRouting(config, {});
    const [chat, pager] = all as [(typeof all)[0], (typeof all)[0]];
    expect(targetsOf(began.messages[0]!).map(({ id }) => id)).toEqual([chat.id]);
    expect(targetsOf(confirmed!)).toMatchObject([{ id: chat.id }, { id: pager.id, severity: "critical" }]);
    const other = { ...began.messages[0]!, data: { ...began.messages[0]!.data, stream: "ankle-1" } };
    expect(targetsOf(other)).toEqual([]);
  });

  it("reject a target without an address, and keys that nobody knows", () => {
    expect(() => alertRouting({ targets, rules: [{ ...config.rules[0]!, to: ["nobody"] }] }, {})).toThrow(
      'a rule names the target "nobody", but the targets are chat, pager',
    );
    expect(alertsConfigSchema.safeParse({ targets, rules: [{ streams: "*", to: ["chat"] }] }).success).toBe(false);
  });

  it.each([
    ["*", "", true],
    ["wrist-*", "wrist-7", true],
    ["wrist-*", "a-wrist-7", false],
    ["*-left-*", "wrist-left-7", true],
    ["a*a", "a", false],
    ["a*b*a", "aba", true],
    [".*", "abc", false],
  ])("match %s with %s: %s", (pattern, text, matches) => {
    expect(matchesAlertPattern(pattern, text)).toBe(matches);
  });

  it("match many stars in linear time", () => {
    expect(matchesAlertPattern(`${"a*".repeat(40)}b`, "a".repeat(10_000))).toBe(false);
  });
});

describe("the service", () => {
  let directory = "";
  let outbox: AlertOutbox;
  let time = Date.UTC(2026, 0, 2);
  let silent: SilentStream[] = [];
  /** A sleeping sender continues when it is woken, or when the test advances the clock. */
  const sleepers = new Set<() => void>();
  const clock: AlertClock = {
    now: () => new Date(time),
    sleep: (_, signal) =>
      new Promise((resolve) => {
        const wake = (): void => {
          sleepers.delete(wake);
          resolve();
        };
        if (signal?.aborted) return resolve();
        signal?.addEventListener("abort", wake);
        sleepers.add(wake);
      }),
  };
  const later = (ms: number): void => {
    time += ms;
    for (const wake of [...sleepers]) wake();
  };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "tidemark-alerts-"));
    outbox = AlertOutbox.open(join(directory, "alerts.sqlite"));
    silent = [];
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("delivers in the background, retries later, and reports silence once", async () => {
    const accepted: string[] = [];
    const warnings: string[] = [];
    let isDown = true;
    const send: SendAlert = async ({ type, data }) => {
      if (isDown) throw new AlertFault("later", "it answered 503");
      accepted.push(`${type} ${data.severity}`);
    };
    const reporter = { warn: (message: string) => void warnings.push(message) };
    const service = new AlertService(outbox, config, { send, clock, reporter, silentStreams: async () => silent });
    service.start();
    service.judged({ ...of, result: judged(1) });
    service.judged({ ...of, result: alarmed(2, 2) });
    await vi.waitFor(() => expect(warnings).toHaveLength(1));
    expect(warnings[0]).toMatch(/^alerts: plain https:\/\/example.org \(\w{6}\): it answered 503$/);
    expect(service.undelivered()).toEqual({ waiting: 1, dead: 0 });
    isDown = false;
    later(60_000);
    await vi.waitFor(() => expect(accepted).toEqual(["alarm.began error"]));
    service.judged({ ...of, result: alarmed(7, 2, true) });
    await vi.waitFor(() =>
      expect(accepted.slice(1).toSorted()).toEqual(["alarm.confirmed critical", "alarm.confirmed error"]),
    );
    silent = [{ ...of, stream: "wrist-8", lastHeard: "2026-01-01T00:00:00.000Z" }];
    later(60_000);
    await vi.waitFor(() => expect(accepted.slice(3)).toEqual(["silence.began warning"]));
    later(60_000);
    later(60_000);
    await service.close();
    expect(accepted).toHaveLength(4);
  });

  it("keeps nothing about an erased stream, and starts over with its next batch", async () => {
    const accepted: string[] = [];
    let isDown = true;
    const send: SendAlert = async ({ type }) => {
      if (isDown) throw new AlertFault("later", "it answered 503");
      accepted.push(type);
    };
    const service = new AlertService(outbox, config, { send, clock });
    service.judged({ ...of, result: alarmed(2, 2) });
    service.judged({ ...of, project: "other", result: alarmed(2, 2) });
    expect(service.undelivered()).toEqual({ waiting: 2, dead: 0 });
    service.erase({ ...of, model: "run" });
    expect(service.undelivered()).toEqual({ waiting: 2, dead: 0 });
    service.erase(of);
    expect(service.undelivered()).toEqual({ waiting: 1, dead: 0 });
    service.erase({ ...of, project: "other" });
    const left = readdirSync(directory).filter((name) => readFileSync(join(directory, name)).includes(of.stream));
    expect(left).toEqual([]);
    isDown = false;
    service.start();
    service.judged({ ...of, result: alarmed(3, 2) });
    await vi.waitFor(() => expect(accepted).toEqual(["alarm.began"]));
    await service.close();
  });

  it("ends the incidents of a retired stream, and at PagerDuty also those of an erased one, without its name", async () => {
    const paged = alertsConfigSchema.parse({
      targets: {
        ...targets,
        pager: "https://example.org/?format=pagerduty&routing_key=0123456789abcdef0123456789abcdef",
      },
      rules: [{ to: ["chat", "pager"] }],
    });
    const accepted: { form: string; type: string; stream: string; incident: string }[] = [];
    const send: SendAlert = async ({ type, data: { stream, incident } }, { form }) =>
      void accepted.push({ form, type, stream, incident });
    const service = new AlertService(outbox, paged, { send, clock });
    service.start();
    const ended = () => accepted.filter(({ type }) => type === "alarm.ended");
    const incidentOf = (name: string) => accepted.find(({ stream }) => stream === name)!.incident;
    const erased = { ...of, stream: "wrist-8" };
    for (const own of [of, erased]) service.judged({ ...own, result: alarmed(2, 2) });
    await vi.waitFor(() => expect(accepted).toHaveLength(4));
    service.retire(of);
    service.retire(of);
    await vi.waitFor(() => expect(ended()).toHaveLength(2));
    expect(
      ended()
        .map(({ form }) => form)
        .sort(),
    ).toEqual(["pagerduty", "plain"]);
    expect(new Set(ended().map(({ incident }) => incident))).toEqual(new Set([incidentOf(of.stream)]));
    const incident = incidentOf(erased.stream);
    service.erase(erased);
    await vi.waitFor(() => expect(ended()).toHaveLength(3));
    expect(ended().at(-1)).toEqual({ form: "pagerduty", type: "alarm.ended", stream: "(erased)", incident });
    service.erase({ ...of, stream: "wrist-9" });
    await service.close();
    expect(accepted).toHaveLength(7);
    const left = readdirSync(directory).filter((name) => readFileSync(join(directory, name)).includes(erased.stream));
    expect(left).toEqual([]);
  });

  it("continues after a restart where it stopped", async () => {
    const nobody: SendAlert = async () => {
      throw new AlertFault("setup", "it answered 404");
    };
    const first = new AlertService(outbox, config, { send: nobody, clock });
    first.judged({ ...of, result: alarmed(2, 2) });
    await first.close();
    outbox = AlertOutbox.open(join(directory, "alerts.sqlite"));
    const accepted: string[] = [];
    const send: SendAlert = async ({ type }) => void accepted.push(type);
    const second = new AlertService(outbox, config, { send, clock });
    second.start();
    second.judged({ ...of, result: judged(9) });
    await vi.waitFor(() => expect(accepted).toEqual(["alarm.began", "alarm.ended"]));
    await second.close();
  });

  it("trusts the previous result if other services judge the same stream", async () => {
    const service = new AlertService(outbox, config, { clock, shared: true });
    service.judged({ ...of, result: alarmed(3, 2), previous: alarmed(2, 2) });
    expect(service.undelivered().waiting).toBe(1);
    service.judged({ ...of, result: judged(6), previous: judged(5) });
    expect(service.undelivered().waiting).toBe(1);
    await service.close();
  });
});
