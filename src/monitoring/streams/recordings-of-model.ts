// Finds the recordings that a model was trained on, as listed in its manifest. The folder may come from an untrusted source.
// Therefore, addresses in the manifest are not fetched, patterns are not expanded, and no network is trained on the recordings
// until their fingerprint has been compared.

import { realpath, stat } from "node:fs/promises";
import { counted } from "../../counted.ts";
import { UserError } from "../../errors.ts";
import type { OpenedRecordings } from "../../signals/data/open-recordings.ts";
import type { Manifest } from "../../storage/manifest.ts";
import { hasSystemErrorCode } from "../../system-error.ts";

/** Matches paths in system folders, where recordings are never stored. */
const systemFolders = /^\/(?:dev|proc|sys)(?:\/|$)/;

/**
 * @param model the model, as given by the user
 * @param advice what to do if one of the recordings cannot be used
 * @returns local paths of regular files
 * @throws UserError if the manifest lists anything other than a local path of a regular file
 */
export async function recordingsOfModel({ data }: Manifest, model: string, advice: string): Promise<readonly string[]> {
  for (const file of data.files) {
    const wrong = isModelRecordingElsewhere(file)
      ? "Tidemark does not fetch addresses given in a model folder"
      : await faultOfModelRecording(file);
    if (wrong === null) continue;
    throw new UserError(
      `the training recordings of ${model}: ${file}, listed in the manifest, cannot be used: ${wrong}`,
      { advice },
    );
  }
  return data.files;
}

/** @throws UserError if the recordings are not those that the model was trained on */
export function requireRecordingsOfModel(
  { data }: Manifest,
  model: string,
  { files, fingerprint, quality, rows }: OpenedRecordings,
  advice: string,
): void {
  if (fingerprint === data.fingerprint) return;
  const { kept } = quality.rows;
  const found = new Set(Array.from(rows.stretches(), ({ user }) => user));
  const missing = data.users.filter((user) => !found.has(user));
  throw new UserError(`${files.join(", ")}: the content differs from what ${model} learned from`, {
    details: [
      `expected ${data.fingerprint}`,
      `found    ${fingerprint}`,
      ...(kept === data.rows ? [] : [`expected ${counted(data.rows, "row")}, found ${counted(kept, "row")}`]),
      ...(missing.length === 0 ? [] : [`missing people: ${missing.join(", ")}`]),
    ],
    advice,
  });
}

/** Whether the name is a URL of any kind, or a path on another machine. */
function isModelRecordingElsewhere(file: string): boolean {
  const drive = process.platform === "win32" && /^[a-z]:/i.test(file);
  return (!drive && /^[a-z][a-z0-9+.-]*:/i.test(file)) || /^(?:\/\/|\\\\|\/\\|\\\/)/.test(file);
}

async function faultOfModelRecording(file: string): Promise<string | null> {
  try {
    // Paths in a manifest are complete, and a pattern could search any folder.
    if (!(await stat(file)).isFile()) return "it is not a regular file";
    const real = await realpath(file);
    return systemFolders.test(real) ? `it is a link to ${real}, a system file` : null;
  } catch (error) {
    if (hasSystemErrorCode(error, "ENOENT")) return "there is no such file";
    if (hasSystemErrorCode(error, "EACCES")) return "permission is denied (EACCES)";
    return `it cannot be accessed (${error instanceof Error && "code" in error ? error.code : error})`;
  }
}
