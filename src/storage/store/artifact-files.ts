// The files of a model folder that may leave the machine: those that its manifest lists, with the content that it lists, and
// the manifest itself. A refused retraining leaves two reports and no manifest; then those two.

import { join } from "node:path";
import { UserError } from "../../errors.ts";
import { readFileInside } from "./file-inside.ts";
import { sha256Bytes } from "./hash.ts";
import { changedFile, readManifest } from "./manifest.ts";
import { modelFiles, retrainReportFile } from "./model-folder.ts";

/** All that a refused retraining reports. */
const refusedFiles: readonly string[] = [retrainReportFile, modelFiles.report];

export class ArtifactFiles {
  readonly #directory: string;
  /** Name -> hash; null if none is known. */
  readonly #listed: ReadonlyMap<string, string | null>;

  private constructor(directory: string, listed: ReadonlyMap<string, string | null>) {
    this.#directory = directory;
    this.#listed = listed;
  }

  /** @throws UserError if there is a manifest that was changed */
  static async open(directory: string): Promise<ArtifactFiles> {
    const own = await readFileInside(directory, modelFiles.manifest);
    if (own === null) return new ArtifactFiles(directory, new Map(refusedFiles.map((name) => [name, null])));
    const { files, mutable_files } = await readManifest(directory);
    return new ArtifactFiles(
      directory,
      new Map([...Object.entries(files), ...Object.entries(mutable_files), [modelFiles.manifest, sha256Bytes(own)]]),
    );
  }

  /**
   * The bytes of a file as they may be sent.
   * @param content what the file held, if it may be another by now
   * @throws UserError if the folder does not list it, or not with this content
   */
  async read({ file, content }: { readonly file: string; readonly content?: string }): Promise<Buffer> {
    const expected = this.#listed.get(file);
    if (expected === undefined) {
      throw new UserError(`${join(this.#directory, file)} is no file that this folder's manifest lists`, {
        advice: "Only listed files are sent.",
      });
    }
    const bytes = content === undefined ? await readFileInside(this.#directory, file) : Buffer.from(content);
    const found = bytes === null ? null : sha256Bytes(bytes);
    if (bytes === null || (expected !== null && found !== expected)) {
      throw changedFile(this.#directory, file, expected ?? "a file", found);
    }
    return bytes;
  }
}
