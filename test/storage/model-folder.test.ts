import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../../src/errors.ts";
import { sha256Bytes } from "../../src/storage/hash.ts";
import { openModelFolder, writeModelFolder } from "../../src/storage/model-folder.ts";
import { temporaryDirectory } from "./temporary-directory.ts";
import { files, input, writtenModel } from "./written-model.ts";

describe("writeModelFolder", () => {
  it("writes every file with its hash, and leaves nothing next to the folder", async () => {
    const out = join(temporaryDirectory(), "models", "walk");
    const source = join(dirname(dirname(out)), "history");
    writeFileSync(source, "{}\n");
    const manifest = await writeModelFolder(out, input, { ...files, "history.jsonl": { path: source } });
    expect(readdirSync(dirname(out))).toEqual(["walk"]);
    expect(readdirSync(out).sort()).toEqual([...Object.keys(files), "history.jsonl", "manifest.json"].sort());
    expect(JSON.parse(readFileSync(join(out, "manifest.json"), "utf8"))).toEqual(manifest);
    expect(manifest.files["history.jsonl"]).toBe(sha256Bytes("{}\n"));
    expect(manifest.mutable_files).toEqual({ "rolling_reference.json": sha256Bytes("{}") });
    expect(manifest.files).not.toHaveProperty("rolling_reference.json");
  });

  it("accepts an empty directory, and rejects one that contains a model or anything else", async () => {
    const out = join(temporaryDirectory(), "walk");
    mkdirSync(out);
    await writeModelFolder(out, input, files);
    await expect(writeModelFolder(out, input, files)).rejects.toThrow(/already contains another model/);
    const other = join(temporaryDirectory(), "other");
    mkdirSync(other);
    writeFileSync(join(other, "notes.txt"), "");
    await expect(writeModelFolder(other, input, files)).rejects.toThrow(/new or empty directory, found notes\.txt/);
    expect(readdirSync(other)).toEqual(["notes.txt"]);
  });

  it("leaves nothing behind if a file cannot be written", async () => {
    const directory = temporaryDirectory();
    const broken = { ...files, "history.jsonl": { path: join(directory, "absent") } };
    await expect(writeModelFolder(join(directory, "walk"), input, broken)).rejects.toThrow(/ENOENT/);
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe("openModelFolder", () => {
  it("opens a folder that was written, even after it is moved", async () => {
    const model = await openModelFolder(await writtenModel());
    expect(model.labels.classes).toEqual(["walking", "sitting"]);
    expect(model.manifest.model_version).toBe("2026-11-24-abc");
    expect(readFileSync(model.path("model.onnx"))).toHaveLength(2);
  });

  it.each(["model.onnx", "scaler.json", "baseline_stats.json", "labels.json"])("rejects a changed %s", async (name) => {
    const out = await writtenModel();
    const expected = sha256Bytes(readFileSync(join(out, name)));
    appendFileSync(join(out, name), " ");
    const error = await openModelFolder(out).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    if (!(error instanceof UserError)) return;
    expect(error.message).toContain(`${name} was changed after training`);
    expect(error.message).toContain(expected);
    expect(error.message).toContain(sha256Bytes(readFileSync(join(out, name))));
    expect(error.advice).toContain("Restore");
    expect(error.exitCode).toBe(2);
  });

  it("rejects a missing file and a changed manifest", async () => {
    const out = await writtenModel();
    const path = join(out, "manifest.json");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace('"window": 200', '"window": 100'));
    await expect(openModelFolder(out)).rejects.toThrow(/manifest\.json was changed after training/);
    writeFileSync(path, text);
    rmSync(join(out, "scaler.json"));
    await expect(openModelFolder(out)).rejects.toThrow(/scaler\.json is missing/);
  });

  it("allows the rolling reference to change, and further files in the folder", async () => {
    const out = await writtenModel();
    writeFileSync(join(out, "rolling_reference.json"), '{"batches":[]}');
    writeFileSync(join(out, "state.sqlite"), "");
    await expect(openModelFolder(out)).resolves.toBeDefined();
  });

  it("explains what a directory without a manifest is", async () => {
    const directory = temporaryDirectory();
    await expect(openModelFolder(directory)).rejects.toThrow(/expected a model folder, found no manifest\.json/);
    mkdirSync(`${join(directory, "walk")}.partial`);
    const error = await openModelFolder(join(directory, "walk")).catch((reason: unknown) => reason);
    expect(error instanceof UserError && error.advice).toContain("--resume");
  });
});
