// Streams (a device, a person, a site) and batches have whatever names their users gave them. On disk a stream's folder
// must be a name that every file system takes, tells from every other, and does not read as a path.
import { join } from "node:path";
import { UserError } from "../../errors.ts";
import { sha256Bytes } from "./hash.ts";
import { modelFiles } from "./model-folder.ts";

/** The stream of a batch that names none. */
export const defaultStream = "default";

/** In UTF-16 units; an arbitrary bound that keeps tables and messages readable. */
const longestName = 200;

/**
 * The name, if it can be one: 1 to 200 characters, not blank, well-formed Unicode.
 * @throws UserError
 */
export function checkName(kind: "stream" | "batch id", name: string): string {
  const fault =
    name.trim() === ""
      ? "got an empty one"
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

/** Where in its model folder a stream's rolling reference lies; the default stream's is the folder's own. */
export function rollingReferencePath(stream: string): string {
  if (stream === defaultStream) return modelFiles.rollingReference;
  return join("streams", folderName(stream), modelFiles.rollingReference);
}

/** Windows keeps these for devices. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)$/;

/**
 * A plain name is its own folder; any other gets what is plain of it, "~", which no plain name has, and a hash, so that
 * names that differ in case alone have folders that differ.
 */
function folderName(stream: string): string {
  if (/^[a-z0-9][a-z0-9_-]{0,63}$/.test(stream) && !reserved.test(stream)) return stream;
  const plain = stream
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, 40);
  return `${plain}~${sha256Bytes(stream).slice("sha256:".length, "sha256:".length + 16)}`;
}
