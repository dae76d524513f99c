// Opens in Chromium the pages that commands write, with data from simulated people.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { complaintsAbout, openBrowser, type View, views } from "../browsed-page.ts";
import { chromium } from "../chromium.ts";
import { query } from "../pipelines/query.ts";
import { resident } from "../pipelines/resident.ts";
import { copySharedModel } from "../pipelines/shared-model.ts";
import { fileDirectory } from "../pipelines/tiny-run.ts";

const directory = fileDirectory();
const at = (name: string): string => join(directory, name);
const run = resident(directory);
const none = { browser: [], axe: [], sideways: 0 };

/** Writes batch b of person-02, whose accelerometer is in g from batch 6 on. */
async function writeBatch(b: number): Promise<string> {
  const scale = b < 6 ? 1 : 1 / 9.80665;
  const file = `b${b}.parquet`;
  await query(
    `COPY (SELECT * REPLACE (Ax * ${scale} AS Ax, Ay * ${scale} AS Ay, Az * ${scale} AS Az) FROM '${at("r.parquet")}' ` +
      `WHERE "user" = 'person-02' AND (floor(timestamp_s / 5)::INT % 8 = ${b})) TO '${at(file)}'`,
  );
  return file;
}

beforeAll(async () => {
  await copySharedModel("eight people", directory, "walk");
  for (let b = 0; b < 8; b++) {
    const page = b === 0 || b === 5 || b === 7 ? ["--out", `batch-${b}.html`] : [];
    const { exitCode, stderr } = await run(
      "check",
      await writeBatch(b),
      "--model",
      "walk",
      "--stream",
      "wrist-7",
      ...page,
    );
    expect({ b, exitCode }).toEqual({ b, exitCode: b < 6 ? 0 : 11 });
    if (page.length > 0) expect(stderr).toContain(`report: batch-${b}.html`);
  }
  writeFileSync(at("few.csv"), "timestamp_s,Ax\n0,1\n0.05,1\n");
  const rejected = await run("check", "few.csv", "--model", "walk", "--stream", "wrist-7", "--out", "rejected.html");
  expect(rejected.exitCode).toBe(12);
  const shown = await run("streams", "show", "wrist-7", "--model", "walk", "--out", "stream.html");
  expect(shown).toMatchObject({ exitCode: 0, stderr: "" });
});

describe("check --out", () => {
  it("rejects an existing page before the batch is recorded, and a page for several models", async () => {
    const existing = await run("check", "r.parquet", "--model", "walk", "--out", "batch-5.html");
    expect(existing).toMatchObject({ exitCode: 2 });
    expect(existing.stderr).toContain("--out batch-5.html already exists");
    const two = await run("check", "r.parquet", "--model", "walk", "--model", "walk", "--out", "two.html");
    expect(two).toMatchObject({ exitCode: 2 });
    expect(two.stderr).toContain("--out: expected one --model, got 2");
    expect(existsSync(at("two.html"))).toBe(false);
  });

  it("draws a batch that was checked earlier next to the current references", async () => {
    const again = await run("check", "b7.parquet", "--model", "walk", "--stream", "wrist-7", "--out", "again.html");
    expect(again.exitCode).toBe(11);
    const page = readFileSync(at("again.html"), "utf8");
    expect(page).toContain("This batch was checked earlier");
    expect(page).toContain("are in g instead of m/s^2");
    // The stream's accepted batches have not changed since batch 7 was judged, so the rest of the page is also the same.
    const warned = /<section class="warnings"[\s\S]*?<\/section>/;
    const evidence = /<section id="evidence"[\s\S]*?<\/section>/;
    const pure = (html: string): string => html.replace(warned, "").replace(evidence, "");
    expect(pure(page)).toBe(pure(readFileSync(at("batch-7.html"), "utf8")));
  });
});

describe.skipIf(chromium === undefined)("in a browser (skipped without Chromium)", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  const pages = ["batch-0", "batch-7", "rejected", "stream"];
  it.each(pages.flatMap((page) => (Object.keys(views) as View[]).map((view) => [page, view] as const)))(
    "%s has no fault in %s",
    async (page, view) => {
      expect(await complaintsAbout(browser, pathToFileURL(at(`${page}.html`)).href, view, page)).toEqual(none);
    },
  );
});
