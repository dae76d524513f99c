import { UserError } from "../../errors.ts";

/** Of every JSON file that has one. */
export const schemaVersion = 1;

/**
 * A file of a later form is refused as such, before anything else about it looks wrong.
 * @param wrote version of Tidemark that wrote the file, if it says so
 */
export function refuseLaterForm(value: unknown, path: string, wrote?: unknown): void {
  if (typeof value !== "object" || value === null || !("schema_version" in value)) return;
  const { schema_version: found } = value;
  if (typeof found !== "number" || !(found > schemaVersion)) return;
  const program = typeof wrote === "string" && /^[\w.+-]{1,40}$/.test(wrote) ? `Tidemark ${wrote}` : "a later Tidemark";
  throw new UserError(
    `${path}: is written in form ${found} (schema_version); this Tidemark reads form ${schemaVersion}`,
    {
      advice: `Use ${program}, which wrote it, or a later one.`,
    },
  );
}
