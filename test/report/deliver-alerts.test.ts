import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CheckResult } from "../../src/monitoring/streams/check-result.ts";
import { alertCheckWarnings } from "../../src/report/alert-check.ts";
import { AlertOutbox } from "../../src/report/alert-outbox.ts";
import { type AlertTarget, alertTarget } from "../../src/report/alert-target.ts";
import { type AlertClock, deliverAlerts } from "../../src/report/deliver-alerts.ts";
import { AlertFault, type SendAlert } from "../../src/report/send-alert.ts";
import { streamAlertOnBatch } from "../../src/report/stream-alerts.ts";
import { alarmed, judged } from "./results.ts";

const of = { project: null, model: "walk", stream: "wrist-7" };
const [hook, other] = ["https://example.org/hook-secret", "https://u:pass-secret@example.org/other"].map((own) =>
  alertTarget(own, {}),
) as [AlertTarget, AlertTarget];
let directory = "";
let outbox: AlertOutbox;
let time = 0;
const clock: AlertClock = {
  now: () => new Date(time),
  sleep: async (ms) => {
    time += ms;
  },
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tidemark-alerts-"));
  outbox = AlertOutbox.open(join(directory, "alerts.sqlite"));
  time = Date.UTC(2026, 0, 1, 12);
});
afterEach(() => {
  outbox.close();
  rmSync(directory, { recursive: true });
});

const report = (result: CheckResult, targets: readonly AlertTarget[] = [hook]): void =>
  void outbox.report(
    of,
    (before) => streamAlertOnBatch(of, result, before),
    () => targets,
    clock.now(),
  );

function damage(statement: string, value: string): void {
  const database = new DatabaseSync(join(directory, "alerts.sqlite"));
  database.prepare(statement).run(value);
  database.close();
}

/** Returns a target that responds with these faults in turn, and then accepts messages. */
function receiver(...faults: (AlertFault | null)[]): { send: SendAlert; accepted: string[]; attempts: number } {
  const own = {
    accepted: [] as string[],
    attempts: 0,
    send: (async ({ type, data }, { id }) => {
      own.attempts++;
      const fault = faults.shift() ?? null;
      if (fault !== null) throw fault;
      own.accepted.push(`${id === hook.id ? "hook" : "other"} ${type} ${data.id}`);
    }) as SendAlert,
  };
  return own;
}
const typesOf = (accepted: readonly string[]): string[] => accepted.map((one) => one.split(" ").slice(0, 2).join(" "));

describe("the outbox", () => {
  it("sends each message once, in order, and retries within the time that is left", async () => {
    report(alarmed(2, 2));
    report(alarmed(7, 2, true));
    const to = receiver(new AlertFault("later", "it answered 503"));
    expect(await deliverAlerts(outbox, [hook], 10_000, { send: to.send, clock })).toMatchObject({
      sent: 2,
      faults: [],
    });
    expect(typesOf(to.accepted)).toEqual(["hook alarm.began", "hook alarm.confirmed"]);
    expect(to.attempts).toBe(3);
    expect(await deliverAlerts(outbox, [hook], 10_000, { send: to.send, clock })).toMatchObject({ sent: 0 });
  });

  it("keeps what was not accepted for the next command, with the same id, and without secrets", async () => {
    report(alarmed(2, 2), [hook, other]);
    const down = receiver(...Array.from({ length: 20 }, () => new AlertFault("later", "no connection")));
    const { sent, faults } = await deliverAlerts(outbox, [hook, other], 3000, { send: down.send, clock });
    expect({ sent, faults: faults.map(({ isOver }) => isOver) }).toEqual({ sent: 0, faults: [false, false] });
    const waiting = outbox.undelivered();
    expect(waiting.map(({ status, reason }) => `${status}: ${reason}`)).toEqual(
      Array(2).fill("waiting: no connection"),
    );
    outbox.close();
    expect(readFileSync(join(directory, "alerts.sqlite"), "latin1")).not.toMatch(/hook-secret|pass-secret/);
    outbox = AlertOutbox.open(join(directory, "alerts.sqlite"));
    time += 3_600_000;
    const up = receiver();
    await deliverAlerts(outbox, [hook, other], 3000, { send: up.send, clock });
    const { id } = waiting[0]!.message!.data;
    expect(up.accepted.toSorted()).toEqual([`hook alarm.began ${id}`, `other alarm.began ${id}`]);
    expect(outbox.undelivered()).toEqual([]);
  });

  it("abandons messages that are rejected or three days old, and sends them again on request", async () => {
    report(alarmed(2, 2));
    const refusing = receiver(new AlertFault("never", "it answered 400"));
    expect(await deliverAlerts(outbox, [hook], 3000, { send: refusing.send, clock })).toMatchObject({
      faults: [{ reason: "it answered 400", isOver: true }],
    });
    report(judged(8));
    time += 3.1 * 86_400_000;
    const down = receiver(new AlertFault("setup", "it answered 404"));
    await deliverAlerts(outbox, [hook], 3000, { send: down.send, clock });
    expect(outbox.undelivered().map(({ status }) => status)).toEqual(["dead", "dead"]);
    outbox.retry(clock.now(), { dead: true });
    const up = receiver();
    await deliverAlerts(outbox, [hook], 3000, { send: up.send, clock });
    expect(typesOf(up.accepted)).toEqual(["hook alarm.began", "hook alarm.ended"]);
  });

  it("names every target whose messages were abandoned, and every reason", () => {
    const fault = (target: AlertTarget, reason: string, isOver: boolean) => ({ target, reason, isOver });
    const faults = [
      fault(hook, "it answered 400", true),
      fault(other, "it answered 404", true),
      fault(hook, "it answered 413", true),
      fault(hook, "no connection", false),
    ];
    const list = "see: tidemark alerts list --model m";
    expect(alertCheckWarnings({ faults }, ["--model", "m"])).toEqual([
      `alerts: ${hook.shown}: no connection. The next check with this --alert will send them; ${list}`,
      `alerts: 2 messages abandoned (${hook.shown}: it answered 400; it answered 413); ${list}`,
      `alerts: 1 message abandoned (${other.shown}: it answered 404); ${list}`,
    ]);
  });

  it("claims a message, so that two processes do not send it at once, and frees it if the first one is killed", () => {
    report(alarmed(2, 2));
    expect(outbox.claim(hook.id, clock.now())).not.toBeNull();
    expect(outbox.claim(hook.id, clock.now())).toBeNull();
    time += 61_000;
    expect(outbox.claim(hook.id, clock.now())).not.toBeNull();
  });

  it("sends what was made while the clock was ahead as soon as it is set back, before all later messages", () => {
    time += 86_400_000;
    report(alarmed(2, 2));
    time -= 86_400_000;
    report(alarmed(7, 2, true));
    const first = outbox.claim(hook.id, clock.now())!;
    expect(first.message!.type).toBe("alarm.began");
    // The claim counts from now on.
    expect(outbox.claim(hook.id, clock.now())).toBeNull();
    outbox.sent(first, clock.now());
    expect(outbox.claim(hook.id, clock.now())!.message!.type).toBe("alarm.confirmed");
  });

  it("notifies a target that is added later of incidents that have not ended", async () => {
    report(alarmed(2, 2));
    report(alarmed(3, 2), [hook, other]);
    const to = receiver();
    await deliverAlerts(outbox, [hook, other], 3000, { send: to.send, clock });
    expect(typesOf(to.accepted).toSorted()).toEqual(["hook alarm.began", "other alarm.began"]);
  });

  it.each(["{}", "nothing", ""])(
    "abandons a damaged message (%j), and sends the messages after it",
    async (damaged) => {
      report(alarmed(2, 2));
      damage("UPDATE messages SET message = ? WHERE number = 1", damaged);
      report(alarmed(7, 2, true));
      report(judged(8));
      const to = receiver();
      expect(await deliverAlerts(outbox, [hook], 3000, { send: to.send, clock })).toMatchObject({
        sent: 2,
        faults: [{ reason: "the message is damaged in alerts.sqlite", isOver: true }],
      });
      expect(typesOf(to.accepted)).toEqual(["hook alarm.confirmed", "hook alarm.ended"]);
      expect(outbox.undelivered()).toMatchObject([{ status: "dead", message: null }]);
      outbox.erase("another stream");
      expect(outbox.undelivered().filter(() => damaged !== "{}")).toEqual([]);
    },
  );

  it("begins the incidents of a stream whose state is damaged again, without repeating a message", async () => {
    report(alarmed(2, 2));
    const to = receiver();
    await deliverAlerts(outbox, [hook], 3000, { send: to.send, clock });
    damage("UPDATE streams SET state = ?", "nothing");
    expect(outbox.openIncidents()).toEqual([]);
    report(alarmed(3, 2));
    expect(outbox.openIncidents()).toMatchObject([{ incident: { begin: "b2" } }]);
    report(judged(8));
    await deliverAlerts(outbox, [hook], 3000, { send: to.send, clock });
    expect(typesOf(to.accepted)).toEqual(["hook alarm.began", "hook alarm.ended"]);
  });
});
