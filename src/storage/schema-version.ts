import { UserError } from "../errors.ts";

/** The schema version that Tidemark writes to its JSON files. */
const schemaVersion = 1;

/**
 * Rejects a file with a newer schema version before its content can be reported as invalid.
 * @param wrote version of Tidemark that wrote the file, if the file names it
 */
export function refuseLaterSchemaVersion(value: unknown, path: string, wrote?: unknown): void {
  if (typeof value !== "object" || value === null || !("schema_version" in value)) return;
  const { schema_version: found } = value;
  if (typeof found !== "number" || !(found > schemaVersion)) return;
  const program =
    typeof wrote === "string" && /^[\w.+-]{1,40}$/.test(wrote) ? `Tidemark ${wrote}` : "a later version of Tidemark";
  throw new UserError(`${path}: expected schema_version ${schemaVersion}, got ${found}`, {
    advice: `The file was written by ${program}; use that version or a later one.`,
  });
}
