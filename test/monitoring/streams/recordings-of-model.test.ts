// Tests which files `retrain` reads because of a manifest from an untrusted source.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveRetrainConfig } from "../../../src/options/resolve-config.ts";
import { openModelHandle } from "../../../src/pipelines/model-handle.ts";
import { prepareRetraining } from "../../../src/pipelines/prepare-retraining.ts";
import { retrain } from "../../../src/pipelines/retrain.ts";
import type { TrainEvent } from "../../../src/pipelines/train-events.ts";
import { canonicalJsonToHash, sha256Bytes } from "../../../src/storage/hash.ts";
import { unpackOldModel } from "../../pipelines/old-model.ts";

let directory = "";
let asked = 0;
const at = (name: string): string => join(directory, name);
const server = createServer((_, answer) => {
  asked++;
  answer.end("timestamp_s,Ax\n0,1\n");
});

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "tidemark-foreign-"));
  unpackOldModel(directory);
  mkdirSync(at("folder"));
  symlinkSync("/proc/self/environ", at("innocent.csv"));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Writes a manifest with correct hashes that names these recordings, as an attacker could. */
function name(...files: string[]): void {
  const { manifest_hash: _, ...manifest } = JSON.parse(readFileSync(at("walk/manifest.json"), "utf8"));
  const unsealed = { ...manifest, data: { ...manifest.data, files } };
  writeFileSync(
    at("walk/manifest.json"),
    JSON.stringify({ ...unsealed, manifest_hash: sha256Bytes(canonicalJsonToHash(unsealed)) }),
  );
}

describe("a manifest that names more than local files", () => {
  const url = "Tidemark does not fetch addresses given in a model folder";
  it.each([
    ["an address", () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/r.csv`, url],
    ["a bucket", () => "s3://bucket/r.parquet", url],
    ["another kind of address", () => "hf://datasets/a/b.parquet", url],
    ["a file as an address", () => "file:///etc/passwd", url],
    ["a path of another machine", () => "//server/share/r.csv", url],
    ["such a path as Windows has it", () => "\\\\server\\share\\r.csv", url],
    ["a device", () => "/dev/zero", "it is not a regular file"],
    ["a folder", () => at("folder"), "it is not a regular file"],
    ["a link to a file of the system", () => at("innocent.csv"), "a system file"],
    ["a pattern", () => `${directory}/*.gz`, "there is no such file"],
    ["what is not there", () => at("gone.csv"), "there is no such file"],
  ])("%s: retrain reads nothing, and asks for --labelled", async (_, file, says) => {
    name(at("recordings.csv.gz"), file());
    const running = retrain({ files: [at("batch.csv.gz")], model: at("walk"), out: at("next") });
    await expect(running).rejects.toMatchObject({
      name: "UserError",
      exitCode: 2,
      message: expect.stringContaining(says),
      advice: expect.stringContaining("--labelled"),
    });
    await expect(running).rejects.toThrow(file());
    expect(asked).toBe(0);
  });

  it("does not matter if the user names the recordings", async () => {
    name("https://127.0.0.1/r.csv");
    const options = { files: [at("batch.csv.gz")], model: at("walk"), out: "-", labelled: [at("recordings.csv.gz")] };
    const { labelled } = await prepareRetraining(resolveRetrainConfig(options), await openModelHandle(at("walk")));
    expect(labelled.files).toEqual(options.labelled);
  });
});

it("recordings under local names are read, and those that the model learned from are taken", async () => {
  name(at("recordings.csv.gz"));
  const config = resolveRetrainConfig({ files: [at("batch.csv.gz")], model: at("walk"), out: "-" });
  const events: TrainEvent[] = [];
  const { labelled, windows } = await prepareRetraining(config, await openModelHandle(at("walk")), {
    warn: () => {},
    event: (event) => events.push(event),
  });
  expect(labelled.files).toEqual([at("recordings.csv.gz")]);
  labelled.close();
  expect(events).toEqual([expect.objectContaining({ type: "memory" })]);
  // There is one copy each of the labelled and the unlabelled windows.
  expect(windows.samples.byteLength).toBe(windows.samples.buffer.byteLength);
  name(at("batch.csv.gz"));
  const other = prepareRetraining(config, await openModelHandle(at("walk")));
  await expect(other).rejects.toThrow("the content differs from what");
});
