// Users may choose any name for a stream (a device, person or site) or a batch. A stream's folder needs a name that every file
// system accepts, distinguishes from all other names, and does not interpret as a path.
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { sha256Bytes } from "./hash.ts";
import { modelFiles } from "./model-folder.ts";

/** The default stream, for batches without a stream name. */
export const defaultStream = "default";

/** Maximum length in UTF-16 units; an arbitrary limit that keeps tables and messages readable. */
const longestName = 200;

/**
 * Returns the name if it is valid: 1 to 200 characters, not blank, well-formed Unicode.
 * @throws UserError if it is not valid
 */
export function checkStreamName(kind: "stream" | "batch id", name: string): string {
  const fault =
    name.trim() === ""
      ? "got an empty name"
      : name.length > longestName
        ? `got ${name.length} characters (${name.slice(0, 30)}...)`
        : name.isWellFormed()
          ? undefined
          : `got ${JSON.stringify(name)}, half of a surrogate pair`;
  if (fault === undefined) return name;
  throw new UserError(`${kind}: expected a name of 1 to ${longestName} characters, ${fault}`, {
    advice: `Choose a shorter or plainer name for the ${kind === "stream" ? "stream (--stream)" : "batch (--batch-id)"}.`,
  });
}

/** Path of a stream's rolling reference in its model folder; the file of the default stream is at the top level. */
export function rollingReferencePathOfStream(stream: string): string {
  if (stream === defaultStream) return modelFiles.rollingReference;
  return join("streams", streamFolderName(stream), modelFiles.rollingReference);
}

/** Matches names that Windows reserves for devices. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)$/;

/**
 * Returns the name of a stream's folder. A plain name is used unchanged: at most 64 lower-case letters, digits, "-" and "_" that
 * begin with a letter or digit and are not reserved by Windows. For any other name, the folder's name consists of an abbreviated
 * lower-case form, "~" (which no plain name contains) and a hash. Names that differ only in case therefore get different folders.
 */
export function streamFolderName(name: string): string {
  if (/^[a-z0-9][a-z0-9_-]{0,63}$/.test(name) && !reserved.test(name)) return name;
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, 40);
  return `${plain}~${sha256Bytes(name).slice("sha256:".length, "sha256:".length + 16)}`;
}
