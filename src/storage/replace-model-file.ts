// Replaces an immutable file in a model folder. The file and the manifest cannot be renamed in a single step, so the manifest
// first allows both the old and the new content. After each of the three renames, the folder is valid, with either the old or
// the new content.
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { writeFileAtomic } from "./atomic-file.ts";
import { sha256Bytes, sha256File } from "./hash.ts";
import { jsonFileText } from "./json-file.ts";
import { waitForLock } from "./lock.ts";
import { changedManifestFile, type Manifest, manifestHashes, readManifest, sealManifest } from "./manifest.ts";
import { modelFiles } from "./model-folder.ts";

/** Maximum time to wait for another process, such as one that is sending batches to a tracking server. */
const lockPatienceMs = 30_000;

/**
 * @param name a file that the manifest lists as immutable
 * @param change further changes to the manifest
 * @throws UserError if another process does not release the folder's lock in time, or if the file does not match the manifest
 */
export async function replaceModelFile(
  directory: string,
  name: string,
  content: string,
  change: (manifest: Manifest) => Partial<Manifest>,
): Promise<void> {
  const lock = await waitForLock(directory, lockPatienceMs);
  if (!lock.held) {
    throw new UserError(`${directory}: ${lock.holder} is working in this folder`, {
      advice: `Try again when that process has finished. Its lock is ${lock.flag}`,
    });
  }
  try {
    const manifest = await readManifest(directory);
    const { manifest_hash: _, replacing: _r, ...unsealed } = manifest;
    const path = join(directory, name);
    const [before, after] = [await sha256File(path), sha256Bytes(content)];
    if (!manifestHashes(manifest, name).includes(before))
      throw changedManifestFile(directory, name, manifest.files[name]!, before);
    const writeManifest = (own: Omit<Manifest, "manifest_hash">): Promise<void> =>
      writeFileAtomic(join(directory, modelFiles.manifest), jsonFileText(sealManifest(own)));
    const filesWith = (hash: string): Manifest["files"] => ({ ...manifest.files, [name]: hash });
    await writeManifest({ ...unsealed, files: filesWith(before), replacing: { [name]: after } });
    await writeFileAtomic(path, content);
    await writeManifest({ ...unsealed, ...change(manifest), files: filesWith(after) });
  } finally {
    await lock.release();
  }
}
