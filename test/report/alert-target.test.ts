import { describe, expect, it } from "vitest";
import { alertTarget, alertTargets } from "../../src/report/alert-target.ts";

const routing = { TIDEMARK_PAGERDUTY_ROUTING_KEY: "key" };

describe("the address of a target", () => {
  it.each([
    ["https://hooks.slack.com/services/T0/B0/secret", "slack", "https://hooks.slack.com/services/T0/B0/secret"],
    ["https://chat.example.org/hooks/secret?format=slack&a=1", "slack", "https://chat.example.org/hooks/secret?a=1"],
    ["https://user:secret@example.org/hook?x=secret", "plain", "https://example.org/hook?x=secret"],
    ["https://events.pagerduty.com", "pagerduty", "https://events.pagerduty.com/v2/enqueue"],
    [
      "https://events.eu.pagerduty.com/v2/enqueue?routing_key=secret",
      "pagerduty",
      "https://events.eu.pagerduty.com/v2/enqueue",
    ],
    ["alertmanager+http://user:secret@am:9093/prefix/", "alertmanager", "http://am:9093/prefix/api/v2/alerts"],
  ])("decides the form of %s", (address, form, url) => {
    const target = alertTarget(address, routing);
    expect(target).toMatchObject({ form, url });
    expect(target.shown).not.toContain("secret");
    expect(alertTarget("env:ADDRESS", { ...routing, ADDRESS: address })).toEqual(target);
  });

  it("may contain a password and mail recipients; TLS is then required, except on this machine", () => {
    const target = alertTarget("smtp://ana%40example.org:se%3Acret@mail.example.org/?to=bo@example.org,cy@example.org");
    expect(target).toMatchObject({
      form: "mail",
      host: "mail.example.org",
      port: 587,
      secure: false,
      requireTls: true,
      user: "ana@example.org",
      password: "se:cret",
      from: "ana@example.org",
      to: ["bo@example.org", "cy@example.org"],
      shown: "mail smtp://mail.example.org to bo@example.org, cy@example.org",
    });
    expect(alertTarget("smtps://mail.example.org/?to=a@b.org")).toMatchObject({
      port: 465,
      secure: true,
      requireTls: false,
    });
    expect(alertTarget("smtp://a:secret@127.0.0.1:2525/?to=a@b.org")).toMatchObject({ port: 2525, requireTls: false });
  });

  it("keeps its id if only the password changes", () => {
    const [a, b, c] = ["https://u:a@example.org/x", "https://u:b@example.org/x", "https://example.org/y"].map((own) =>
      alertTarget(own),
    );
    expect(a!.id).toBe(b!.id);
    expect(a!.id).not.toBe(c!.id);
    expect(alertTargets(["https://example.org/x", "https://u:b@example.org/x"])).toHaveLength(1);
  });

  it.each([
    ["hooks.slack.com/secret", /expected https.*got no URL/],
    ["ftp://u:secret@example.org", /got an address that begins with ftp:/],
    ["env:SECRET_URL", /env:SECRET_URL: expected an address in this environment variable/],
    ["https://example.org/secret?format=teams", /one of plain, slack, pagerduty, got "teams"/],
    ["smtp://u:secret@example.org", /expected recipients/],
    ["https://events.pagerduty.com/secret", /routing key in TIDEMARK_PAGERDUTY_ROUTING_KEY/],
    ["alertmanager+http://am/?hold_hours=-1", /hold_hours greater than 0, at most 8760/],
  ])("is rejected without its secrets: %s", (address, message) => {
    expect(() => alertTarget(address, {})).toThrow(message);
    try {
      alertTarget(address, {});
    } catch (error) {
      expect(String(error)).not.toContain("secret");
    }
  });

  it("rejects a secret that signs nothing", () => {
    for (const secret of ["whsec_short", "whsec_!!!!!!!!!!!!!!!!!!!!!!!!!!!!"]) {
      expect(() => alertTarget("https://example.org", { TIDEMARK_WEBHOOK_SECRET: secret })).toThrow(
        /at least 16 random bytes/,
      );
    }
  });
});
