// Writes a model folder with only the files that every model needs.
import { join } from "node:path";
import { sha256Bytes } from "../../src/storage/hash.ts";
import { type FileContent, type ManifestInput, writeModelFolder } from "../../src/storage/model-folder.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

export const input: ManifestInput = {
  tidemark_version: "0.1.0",
  model_version: "2026-11-24-abc",
  created_at: "2026-11-24T05:00:00Z",
  config: { rate: 50, window: 200, overlap: 0.5 },
  data: {
    files: ["a.csv"],
    fingerprint: sha256Bytes("data"),
    rows: 10,
    users: ["1", "2"],
    classes: ["walking", "sitting"],
    channels: ["Ax"],
  },
  versions: { tidemark: "0.1.0", node: "24.0.0", onnxruntime: "1.30.0", duckdb: "1.5.6" },
  git_commit: null,
};

export const files: Record<string, FileContent> = {
  "model.onnx": new Uint8Array([8, 9]),
  "labels.json": '{"schema_version":1,"classes":["walking","sitting"]}',
  "scaler.json": '{"method":"zscore"}',
  "baseline_stats.json": "{}",
  "rolling_reference.json": "{}",
};

export async function writtenModel(): Promise<string> {
  const out = join(temporaryDirectory(), "models", "walk");
  await writeModelFolder(out, input, files);
  return out;
}
