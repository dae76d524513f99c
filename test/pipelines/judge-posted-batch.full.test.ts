import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, it, onTestFinished } from "vitest";
import { type JudgedEvent, judgePostedBatch } from "../../src/pipelines/judge-posted-batch.ts";
import { openServedModels } from "../../src/pipelines/open-served-models.ts";
import { unpackOldModel } from "./old-model.ts";
import { fileDirectory } from "./tiny-run.ts";

it("reports a new verdict once, with the stream's previous result on request", async () => {
  const directory = fileDirectory();
  unpackOldModel(directory);
  cpSync(join(directory, "walk"), join(directory, "models", "walk"), { recursive: true });
  const path = join(directory, "body");
  writeFileSync(path, gunzipSync(readFileSync(join(directory, "batch.csv.gz"))));
  const store = `sqlite:${join(directory, "store")}`;
  const { models, close } = await openServedModels({ models: join(directory, "models"), store });
  onTestFinished(close);
  const events: JudgedEvent[] = [];
  const judge = async (batch: string, withPrevious: boolean) => {
    const names = { project: "default", model: "walk", stream: "wrist-7", batch };
    return judgePostedBatch(
      models,
      { ...names, body: { kind: "csv", path }, columns: {}, dataTime: null },
      { keep: { keepDays: 30, keepMegabytes: 100 }, maxRows: 1e6, withPrevious, onJudged: (own) => events.push(own) },
    );
  };
  await judge("first", true);
  const { result } = await judge("second", true);
  await judge("third", false);
  expect(await judge("second", true)).toMatchObject({ known: true, result });
  expect(events.map(({ batch }) => batch)).toEqual(["first", "second", "third"]);
  expect(events.map(({ previous }) => (previous === null ? null : previous?.batch_id))).toEqual([
    null,
    "first",
    undefined,
  ]);
});
