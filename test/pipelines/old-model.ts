// Unpacks a model folder that an earlier commit wrote, with its recordings (see test/fixtures/scripts/model-folder.ts). A test
// can change this folder and correct its hashes, as an attacker could.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { canonicalJsonToHash, sha256Bytes } from "../../src/storage/hash.ts";

const archive = fileURLToPath(new URL("../fixtures/model-folder-85d68b1.tar.gz", import.meta.url));

/** Unpacks `walk` (the model, with one checked batch), `recordings.csv.gz` and `batch.csv.gz` into a directory. */
export function unpackOldModel(directory: string): void {
  execFileSync("tar", ["-xzf", archive, "-C", directory]);
}

type Json = Record<string, unknown>;

/** Replaces the content of a JSON file in the folder. */
export function changeJson<T = Json>(folder: string, name: string, change: (value: T) => unknown): void {
  const path = join(folder, name);
  const value: T = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify(change(value) ?? value, null, 2));
}

/** Corrects every hash in the folder, as an attacker would. */
export function reseal(folder: string): void {
  const hashOf = (name: string): string => sha256Bytes(readFileSync(join(folder, name)));
  changeJson(folder, "baseline_stats.json", ({ content_hash: _, ...content }) => {
    const sealed = { ...content, scaler_hash: hashOf("scaler.json") };
    return { ...sealed, content_hash: sha256Bytes(canonicalJsonToHash(sealed)) };
  });
  changeJson<Json & { files: Json }>(folder, "manifest.json", ({ manifest_hash: _, files, ...content }) => {
    const hashes = Object.keys(files).map((name) => {
      try {
        return [name, hashOf(name)];
      } catch {
        return [name, files[name]];
      }
    });
    const sealed = { ...content, files: Object.fromEntries(hashes) };
    return { ...sealed, manifest_hash: sha256Bytes(canonicalJsonToHash(sealed)) };
  });
}
