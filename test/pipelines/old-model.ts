// A model folder as an earlier commit wrote it, with its recordings: test/fixtures/scripts/model-folder.ts made it.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const archive = fileURLToPath(new URL("../fixtures/model-folder-85d68b1.tar.gz", import.meta.url));

/** Unpacks `walk` (the model, with one checked batch), `recordings.csv.gz` and `batch.csv.gz` into a directory. */
export function unpackOldModel(directory: string): void {
  execFileSync("tar", ["-xzf", archive, "-C", directory]);
}
