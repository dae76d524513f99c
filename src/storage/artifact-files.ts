// The files of a model folder that may be sent to other machines: the manifest, and each file that the manifest lists and whose
// content matches its hash there. The folder of a rejected candidate has no manifest; only its two reports may be sent.

import { join } from "node:path";
import { UserError } from "../errors.ts";
import { readFileInside } from "./file-inside.ts";
import { sha256Bytes } from "./hash.ts";
import { changedManifestFile, manifestHashes, readManifest } from "./manifest.ts";
import { modelFiles, retrainReportFile } from "./model-folder.ts";

/** The files of a rejected candidate that may be sent. */
const refusedFiles: readonly string[] = [retrainReportFile, modelFiles.report];

export class ArtifactFiles {
  readonly #directory: string;
  /** The permitted hashes of each file, by file name; null if no hash is known. */
  readonly #listed: ReadonlyMap<string, readonly string[] | null>;

  private constructor(directory: string, listed: ReadonlyMap<string, readonly string[] | null>) {
    this.#directory = directory;
    this.#listed = listed;
  }

  /** @throws UserError if the manifest was modified or cannot be read */
  static async open(directory: string): Promise<ArtifactFiles> {
    const own = await readFileInside(directory, modelFiles.manifest);
    if (own === null) return new ArtifactFiles(directory, new Map(refusedFiles.map((name) => [name, null])));
    const manifest = await readManifest(directory);
    const names = [...Object.keys(manifest.files), ...Object.keys(manifest.mutable_files)];
    const listed = names.map((name) => [name, manifestHashes(manifest, name)] as const);
    return new ArtifactFiles(directory, new Map([...listed, [modelFiles.manifest, [sha256Bytes(own)]]]));
  }

  /** Whether the file may be sent if its content matches. */
  lists(file: string): boolean {
    return this.#listed.has(file);
  }

  /**
   * The bytes of a file that may be sent.
   * @param content the content to send if the file may have changed since it was recorded
   * @throws UserError if the manifest does not list the file, or if the file is missing or differs from its hash there
   */
  async read({ file, content }: { readonly file: string; readonly content?: string }): Promise<Buffer> {
    const expected = this.#listed.get(file);
    if (expected === undefined) {
      throw new UserError(`${join(this.#directory, file)} is not listed in this folder's manifest`, {
        advice: "Only listed files are sent.",
      });
    }
    const bytes = content === undefined ? await readFileInside(this.#directory, file) : Buffer.from(content);
    const found = bytes === null ? null : sha256Bytes(bytes);
    if (bytes === null || found === null || expected?.includes(found) === false) {
      throw changedManifestFile(this.#directory, file, expected?.[0] ?? "a file", found);
    }
    return bytes;
  }
}
