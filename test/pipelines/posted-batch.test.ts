import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { encodeSummary } from "../../src/monitoring/summaries/device-summary-codec.ts";
import { type PostedBatch, withTimeOfPostedSummary } from "../../src/pipelines/posted-batch.ts";
import { temporaryDirectory } from "../storage/temporary-directory.ts";

it("takes the time of a batch from its summary, unless the sender said it", async () => {
  const path = join(temporaryDirectory(), "body");
  const dropped = { missing_time: 0, missing_values: 0, duplicate_time: 0 };
  const summary = { modelVersion: "walk-1", rows: 1, dropped, measurement: null };
  const posted = (dataTime: Date | null, kind: PostedBatch["body"]["kind"] = "summary"): PostedBatch => ({
    project: "default",
    model: "walk",
    stream: "a",
    batch: "1",
    columns: {},
    body: { kind, path },
    dataTime,
  });
  writeFileSync(path, encodeSummary({ ...summary, recorded: { from: 1.7e9, to: 1.7e9 + 300 } }));
  const told = new Date("2026-11-29T10:00:00Z");
  expect((await withTimeOfPostedSummary(posted(null))).dataTime).toEqual(new Date("2023-11-14T22:18:20Z"));
  expect((await withTimeOfPostedSummary(posted(told))).dataTime).toEqual(told);
  expect((await withTimeOfPostedSummary(posted(null, "csv"))).dataTime).toBe(null);
  writeFileSync(path, encodeSummary(summary));
  expect((await withTimeOfPostedSummary(posted(null))).dataTime).toBe(null);
});
