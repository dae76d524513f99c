// Signatures are verified with the library from https://www.standardwebhooks.com.
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { alertPayload } from "../../src/report/alert-payload.ts";
import { alertTarget, type PlainTarget, type WebTarget } from "../../src/report/alert-target.ts";
import { alertHeaders } from "../../src/report/send-alert.ts";
import { noStreamAlerts, streamAlertOnBatch } from "../../src/report/stream-alerts.ts";
import { alarmed, judged } from "./results.ts";

const of = { project: null, model: "walk", stream: "<!channel> & *7*" };
const began = streamAlertOnBatch(of, alarmed(2, 2), noStreamAlerts);
const ended = streamAlertOnBatch(of, judged(8), began.after).messages[0]!;
const now = new Date("2026-01-01T12:00:00Z");
const webTarget = (address: string): WebTarget => alertTarget(address, {}) as WebTarget;

describe("a webhook's headers", () => {
  it("are accepted by the standard's own library, with each of two secrets, and with no other", () => {
    const secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"];
    const target = alertTarget("https://example.org", { TIDEMARK_WEBHOOK_SECRET: secrets.join(" ") }) as PlainTarget;
    const body = JSON.stringify(began.messages[0]);
    const headers = alertHeaders("alert_1", body, target.keys, new Date());
    for (const secret of secrets) expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
    const other = new Webhook("whsec_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB");
    expect(() => other.verify(body, headers)).toThrow("No matching signature");
    expect(alertHeaders("alert_1", body, [], now)).not.toHaveProperty("webhook-signature");
  });
});

describe("the forms of an alert", () => {
  it("escapes what Slack would read as a mention", () => {
    const slack = webTarget("https://hooks.slack.com/x");
    expect(alertPayload(began.messages[0]!, slack, now)).toEqual({
      text: [
        ":red_circle: *Alarm on stream &lt;!channel&gt; &amp;  7  of walk began: sudden change*",
        "> batch b2; alarm since batch b2; changed at about batch b2",
        "> evidence 2 times the alarm level",
        "> likely cause: is in g (Ax)",
      ].join("\n"),
    });
  });

  it("triggers and resolves the same incident of PagerDuty", () => {
    const pagerduty = webTarget("https://events.pagerduty.com/?routing_key=key");
    const { incident } = began.messages[0]!.data;
    expect(alertPayload(began.messages[0]!, pagerduty, now)).toMatchObject({
      routing_key: "key",
      dedup_key: incident,
      event_action: "trigger",
      payload: { severity: "error", source: of.stream, timestamp: "2026-01-01T02:00:00.000Z", component: "walk" },
    });
    expect(alertPayload(ended, pagerduty, now)).toEqual({
      routing_key: "key",
      dedup_key: incident,
      event_action: "resolve",
    });
  });

  it("keeps the labels of Alertmanager from beginning to end", () => {
    const target = webTarget("alertmanager+http://am:9093?hold_hours=24");
    const labels = { alertname: "TidemarkAlarm", model: "walk", stream: of.stream };
    expect(alertPayload(began.messages[0]!, target, now)).toMatchObject([
      { labels, startsAt: "2026-01-01T02:00:00.000Z", endsAt: "2026-01-02T12:00:00.000Z" },
    ]);
    expect(alertPayload(ended, target, now)).toMatchObject([
      { labels, startsAt: "2026-01-01T02:00:00.000Z", endsAt: "2026-01-01T08:00:00.000Z" },
    ]);
  });
});
