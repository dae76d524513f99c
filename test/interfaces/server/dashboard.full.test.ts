// Tests the dashboard in a browser with data from a real service.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createToken } from "../../../src/pipelines/tokens.ts";
import { complaintsAbout, openBrowser, type View, views } from "../../browsed-page.ts";
import { chromium } from "../../chromium.ts";
import { unpackOldModel } from "../../pipelines/old-model.ts";
import { fileDirectory } from "../../pipelines/tiny-run.ts";
import { post, startService } from "./running-service.ts";

const directory = fileDirectory();
const at = (...names: string[]): string => join(directory, ...names);
const built = existsSync(fileURLToPath(new URL("../../../dist/dashboard/index.html", import.meta.url)));
const none = { browser: [], axe: [], sideways: 0 };
const stream = "left wrist/7 & <b>";
const path = (name: string, batch: string): string =>
  `/v1/models/walk/streams/${encodeURIComponent(name)}/batches/${encodeURIComponent(batch)}`;

beforeAll(() => {
  unpackOldModel(directory);
  cpSync(at("walk"), at("models", "walk"), { recursive: true });
  for (const file of readdirSync(at("models", "walk"))) {
    if (file.startsWith("monitor.sqlite")) rmSync(at("models", "walk", file));
  }
});

describe.skipIf(chromium === undefined || !built)("the dashboard (skipped without Chromium or a build)", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  // biome-ignore lint/performance/useDomNodeTextContent: what people see
  const text = (page: Page, selector: string): Promise<string> => page.locator(selector).first().innerText();

  it("first shows the command that sends a batch, and then streams and batches, without errors in the browser", async () => {
    const service = await startService(["--models", "models"], directory);
    const seen = async (name: string, address: string, use: (page: Page) => Promise<void>): Promise<void> => {
      for (const view of Object.keys(views) as View[]) {
        expect(await complaintsAbout(browser, `${service.url}/${address}`, view, name, use), `${name} ${view}`).toEqual(
          none,
        );
      }
    };
    await seen("dashboard-empty", "", async (page) => {
      expect(await text(page, "pre")).toContain(`${service.url}/v1/models/walk/streams/wrist-7/batches/monday`);
    });

    const batch = gunzipSync(readFileSync(at("batch.csv.gz")));
    const sent = await post(service.url, path(stream, "b 1"), batch);
    expect(sent.status).toBe(200);
    expect((await post(service.url, path("other", "few"), "timestamp_s,Ax\n0,1\n0.05,1\n")).json.verdict).toBe(
      "rejected",
    );
    const fleet = (await (await fetch(`${service.url}/v1/streams`)).json()) as { streams: { stream: string }[] };
    expect(fleet).toMatchObject({ models: ["walk"], matching: 2, counts: { total: 2, rejected: 1 } });
    expect(fleet.streams.map((own) => own.stream).sort()).toEqual([stream, "other"].sort());

    await seen("dashboard-fleet", "", async (page) => {
      await page.waitForSelector("table");
      expect(await page.locator("tbody tr").count()).toBe(2);
      expect(await text(page, "main")).toContain(stream);
    });
    const hash = `#/streams/walk/${encodeURIComponent(stream)}`;
    await seen("dashboard-stream", hash, async (page) => {
      await page.waitForSelector("table");
      expect(await text(page, "h1")).toBe(stream);
      expect(await page.locator("tbody tr").count()).toBe(1);
      await page.locator(".picture svg:visible").first().waitFor();
      expect(await page.locator(".picture h2").allInnerTexts()).toEqual([
        "Channels over time",
        "Activities over time",
        "Estimated accuracy over time",
      ]);
      // The picture of the evidence is as wide as the page.
      const [chart, table] = await Promise.all(
        [".timeline", "table"].map(async (own) => (await page.locator(own).boundingBox())!.width),
      );
      if (page.viewportSize()!.width > 560) expect(Math.abs(chart! - table!)).toBeLessThan(30);
    });
    await seen("dashboard-batch", `${hash}/b%201`, async (page) => {
      await page.waitForSelector(".picture");
      // Expects one picture for each of nine channels and signals, one of the most distant of these by activity, and one of the
      // mix of activities.
      expect(await page.locator(".picture h2").allInnerTexts()).toEqual([
        expect.stringMatching(/ by activity$/),
        "Channels",
        "Activities",
      ]);
      expect(await page.locator("#picture-channels ~ div figure").count()).toBeGreaterThanOrEqual(3);
      expect(await text(page, "h1")).toBe("b 1");
      expect(await text(page, "h2")).toBe("Reasons");
    });
    await seen("dashboard-model", "#/models/walk", async (page) => {
      await page.waitForSelector("figure svg");
      // The champion of this model's line is the model itself.
      expect(await page.locator("main a").allInnerTexts()).toEqual(["Streams", "walk"]);
      const rows = await page.locator('section[aria-label="Channels of walk"] tbody tr').allInnerTexts();
      const stats = JSON.parse(readFileSync(at("models", "walk", "baseline_stats.json"), "utf8"));
      expect(rows.map((row) => row.split("\t")[0])).toEqual(stats.sensor_columns);
      const [name] = stats.sensor_columns;
      expect(Number(rows[0]!.split("\t")[7])).toBeCloseTo(stats.per_channel[name].percentile_50, 2);
    });
    await seen("dashboard-beside", "#/models/walk/walk@champion", async (page) => {
      await page.waitForSelector(".columns");
      expect(await text(page, "main")).toContain("the macro-F1 of walk is 0.000 above that of walk");
    });
    await seen("dashboard-rejected", "#/streams/walk/other/few", async (page) => {
      await page.waitForSelector(".verdict-rejected");
    });
    const unknown = await browser.newPage();
    await unknown.goto(`${service.url}/#/streams/walk/nobody`);
    await unknown.waitForSelector('[role="alert"]');
    expect(await text(unknown, '[role="alert"]')).toBe(
      'Model walk has no stream "nobody". GET /v1/streams lists the streams. The page asks again every ten seconds.',
    );
    await unknown.close();
    // The page receives new verdicts as events, long before its next poll.
    const live = await browser.newPage();
    await live.goto(`${service.url}/${hash}`);
    await live.waitForSelector("table");
    await live.waitForTimeout(1000);
    const before = performance.now();
    expect((await post(service.url, path(stream, "b 2"), "timestamp_s,Ax\n0,1\n0.05,1\n")).json.verdict).toBe(
      "rejected",
    );
    await live.waitForSelector("text=b 2");
    expect(performance.now() - before).toBeLessThan(9000);
    await live.close();
    const search = await browser.newPage();
    await search.goto(service.url);
    await search.waitForSelector("table");
    await search.keyboard.press("Tab");
    await search.fill("#search", "wrist");
    await search.keyboard.press("Enter");
    await expect.poll(() => search.locator("tbody tr").count()).toBe(1);
    expect(search.url()).toBe(`${service.url}/#/?search=wrist`);
    await search.close();
  });

  it("lets an administrator decide, requires a reason, and shows who decided what", async () => {
    const tokens = at("decisions", "tokens.json");
    const { token: admin } = await createToken({ tokens }, { name: "ann", scope: ["admin"] });
    const { token: reader } = await createToken({ tokens }, { name: "bob", scope: ["read"] });
    const service = await startService(["--models", "models", "--tokens", tokens], directory);
    const sent = await post(service.url, path("ankle 3", "b1"), gunzipSync(readFileSync(at("batch.csv.gz"))), {
      Authorization: `Bearer ${admin}`,
    });
    expect(sent.status).toBe(200);
    const isIn = sent.json.entered_references === true;
    const hash = "#/streams/walk/ankle%203";
    const enter = async (page: Page, token: string): Promise<void> => {
      await page.fill("#token", token);
      await page.keyboard.press("Enter");
      await page.waitForSelector("h2");
    };
    for (const view of Object.keys(views) as View[]) {
      const complaints = await complaintsAbout(
        browser,
        `${service.url}/${hash}`,
        view,
        "dashboard-decision",
        async (page) => {
          await enter(page, admin);
          await page.click("text=Erase …");
          await page.waitForSelector("dialog[open]");
        },
      );
      expect(complaints, view).toEqual(none);
    }
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${service.url}/${hash}/b1`);
    await enter(page, admin);
    const decide = async (name: string, reason: string, typed?: string): Promise<void> => {
      await page.click(`text=${name} …`);
      await page.locator("dialog[open] input").first().fill(reason);
      if (typed !== undefined) await page.locator("dialog[open] input").nth(1).fill(typed);
      await page.keyboard.press("Enter");
    };
    await decide(isIn ? "Exclude from the references" : "Accept into the references", "the strap was loose");
    await page.waitForSelector(`text=${isIn ? "Accept into" : "Exclude from"} the references …`);
    await page.goto(`${service.url}/${hash}`);
    await page.waitForSelector("text=the strap was loose");
    await decide("Reset", "another <person>");
    await page.waitForSelector("text=another <person>");
    await decide("Retire", "broken");
    await page.waitForSelector("text=broken");
    const rows = await page.locator('section[aria-label="Record of decisions"] tbody tr').allInnerTexts();
    expect(rows.map((row) => row.split("\t").slice(1))).toEqual([
      ["ann", "retired", "broken"],
      ["ann", "reset", "another <person>"],
      ["ann", `${isIn ? "excluded" : "accepted"}: batch b1`, "the strap was loose"],
    ]);

    const other = await (await browser.newContext()).newPage();
    await other.goto(`${service.url}/${hash}`);
    await enter(other, reader);
    expect(await text(other, "main")).toContain("the strap was loose");
    expect(await other.locator("main button").count()).toBe(0);
    await other.context().close();

    await decide("Erase", "withdrew", "ankle");
    expect(await page.locator("dialog[open]").count()).toBe(1);
    await page.keyboard.press("Escape");
    await decide("Erase", "withdrew", "ankle 3");
    await expect.poll(() => page.url()).toBe(`${service.url}/#/`);
    const headers = { Authorization: `Bearer ${reader}` };
    expect((await fetch(`${service.url}/v1/models/walk/streams/ankle%203`, { headers })).status).toBe(404);
    const audit = readFileSync(at("decisions", "audit.jsonl"), "utf8");
    expect(audit).toContain('"actor":"ann","action":"erase","target":"sha256:');
    expect(audit).not.toContain("ankle");
    await context.close();
  });

  it("asks for a token, keeps it from scripts, and forgets it when the reader logs out", async () => {
    const { token } = await createToken({ tokens: at("tokens", "tokens.json") }, { name: "ops", scope: ["read"] });
    const service = await startService(["--models", "models", "--tokens", "tokens/tokens.json"], directory);
    for (const view of Object.keys(views) as View[]) {
      const complaints = await complaintsAbout(browser, service.url, view, "dashboard-login", async (page) => {
        await page.waitForSelector("#token");
        expect(await text(page, "h1")).toBe("Log in");
      });
      expect(complaints, view).toEqual(none);
    }
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${service.url}/#/?which=silent`);
    await page.fill("#token", "tidemark_wrong");
    await page.keyboard.press("Enter");
    await page.waitForSelector('[role="alert"]');
    expect(await text(page, '[role="alert"]')).toContain("the token is unknown");
    await page.fill("#token", token);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".filters, pre");
    expect(page.url()).toBe(`${service.url}/#/?which=silent`);
    expect(await page.evaluate("document.cookie + JSON.stringify([localStorage, sessionStorage])")).toBe("[{},{}]");
    const cookies = await context.cookies();
    expect(cookies.map(({ name, httpOnly, sameSite }) => [name, httpOnly, sameSite])).toEqual([
      ["tidemark-session", true, "Strict"],
    ]);
    await page.reload();
    await page.waitForSelector(".session");
    expect(await text(page, ".session")).toContain("ops");
    await page.click("text=Log out");
    await page.waitForSelector("#token");
    expect(await context.cookies()).toEqual([]);
    await context.close();
  });

  it("explains what is wrong with an address, and answers with a matching status", async () => {
    const service = await startService(["--models", "models"], directory);
    const asked = async (address: string): Promise<[number, string]> => {
      const response = await fetch(`${service.url}${address}`);
      return [response.status, ((await response.json()) as { detail: string }).detail];
    };
    expect(await asked("/v1/streams?which=all")).toEqual([
      400,
      'query: which: expected one of active, alarm, silent, rejected, retired, got "all"',
    ]);
    expect(await asked("/v1/streams?limit=0")).toEqual([
      400,
      'query: limit: expected a whole number from 1 to 1000, got "0"',
    ]);
    expect(await asked("/v1/models/walk/streams/nobody")).toEqual([
      404,
      'model walk has no stream "nobody". GET /v1/streams lists the streams.',
    ]);
    expect((await asked("/v1/models/run/streams/nobody"))[0]).toBe(404);
    expect((await asked(path("other", "none")))[0]).toBe(404);
    expect((await asked("/assets/..%2f..%2fpackage.json"))[0]).toBe(404);
    const page = await fetch(service.url);
    expect(page.headers.get("content-security-policy")).toContain("script-src 'self'; style-src 'self'");
    expect(await page.text()).not.toMatch(/<style|style=|<script(?![^>]* src=)/);
  });
});
