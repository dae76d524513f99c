import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ArtifactFiles } from "../../src/storage/artifact-files.ts";
import { sha256Bytes } from "../../src/storage/hash.ts";
import { jsonFileText } from "../../src/storage/json-file.ts";
import { acquireLock } from "../../src/storage/lock.ts";
import { readManifest, sealManifest } from "../../src/storage/manifest.ts";
import { openModelFolder } from "../../src/storage/model-folder.ts";
import { replaceModelFile } from "../../src/storage/replace-model-file.ts";
import { writtenModel } from "./written-model.ts";

const name = "baseline_stats.json";

describe("replaceModelFile", () => {
  it("replaces the file, its hash and the given fields of the manifest, and nothing else", async () => {
    const model = await writtenModel();
    const { manifest_hash: _, ...before } = await readManifest(model);
    const recalibrated = { at: "2026-12-01T00:00:00Z", tidemark_version: "9.9.9" };
    await replaceModelFile(model, name, '{"new":1}', () => ({ recalibrated }));
    expect(readFileSync(join(model, name), "utf8")).toBe('{"new":1}');
    const { manifest_hash: _h, ...after } = (await openModelFolder(model)).manifest;
    expect(after).toEqual({ ...before, recalibrated, files: { ...before.files, [name]: sha256Bytes('{"new":1}') } });
    expect(readdirSync(model).filter((own) => /lock|tmp/.test(own))).toEqual([]);
  });

  it("never shows a reader a partly replaced folder", async () => {
    const model = await writtenModel();
    let writing = true;
    const replacing = (async () => {
      for (let i = 0; i < 10; i++) await replaceModelFile(model, name, `{"new":${i}}`, () => ({}));
    })().finally(() => {
      writing = false;
    });
    let opened = 0;
    while (writing) {
      await openModelFolder(model);
      opened++;
    }
    await replacing;
    expect(opened).toBeGreaterThan(0);
  });

  it("leaves a folder that opens with either the old or the new content if it stops in between", async () => {
    const model = await writtenModel();
    const { manifest_hash: _, ...manifest } = await readManifest(model);
    const halfway = sealManifest({ ...manifest, replacing: { [name]: sha256Bytes("new") } });
    writeFileSync(join(model, "manifest.json"), jsonFileText(halfway));
    await openModelFolder(model);
    writeFileSync(join(model, name), "new");
    await openModelFolder(model);
    expect(`${await (await ArtifactFiles.open(model)).read({ file: name })}`).toBe("new");
    writeFileSync(join(model, name), "another");
    await expect(openModelFolder(model)).rejects.toThrow(`${name} was changed after training`);
    await expect(replaceModelFile(model, name, "newer", () => ({}))).rejects.toThrow("was changed after training");
    writeFileSync(join(model, name), "new");
    await replaceModelFile(model, name, "newer", () => ({}));
    expect((await openModelFolder(model)).manifest).not.toHaveProperty("replacing");
  });

  it("waits for the folder's lock", async () => {
    const model = await writtenModel();
    const lock = await acquireLock(model);
    if (!lock.held) throw new Error("expected the lock");
    let done = false;
    const replacing = replaceModelFile(model, name, "{}", () => ({})).then(() => {
      done = true;
    });
    expect(done).toBe(false);
    await lock.release();
    await replacing;
  });
});
