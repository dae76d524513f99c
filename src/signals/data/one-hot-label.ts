// Finds labels that are spread over several columns, one per class, of which at most one has a 1 in each row: walking, running
// and sitting with 0 and 1.

import { UserError } from "../../errors.ts";
import { shellCommand } from "../../shell-words.ts";
import { type Database, duckdbIdentifier, duckdbLiteral } from "../files/duckdb.ts";
import { withComputedColumn } from "../files/split-clock.ts";
import type { TableSchema } from "../files/table-schema.ts";
import { usualColumnOfRole } from "../files/usual-column-names.ts";
import { sensorsByName } from "../sensors/sensors-by-name.ts";
import type { RequiredColumns } from "./column-roles.ts";
import type { ColumnOptions } from "./named-columns.ts";

/** Minimum number of classes; two columns of 0 and 1 more often mean something else, such as left or right. */
const fewestClasses = 3;
/** Minimum share of the rows that must have a class; the others count as unlabelled. */
const leastLabelled = 0.5;
const mostColumns = 200;

/**
 * Adds a label column, named after the columns of its classes (walking,running,sitting), if the table has no other label.
 * @param options `label` may list the columns
 * @throws UserError if columns listed by the user have more than one 1 in a row, or if a required label may be in several sets
 * of columns
 */
export async function withOneHotLabel(
  database: Database,
  file: string,
  schema: TableSchema,
  { options, required, warn }: { options: ColumnOptions; required: RequiredColumns; warn: (message: string) => void },
): Promise<{ schema: TableSchema; label: string | null }> {
  const none = { schema, label: null };
  const { label } = options;
  if (label !== undefined) {
    const listed = label.split(",").map((name) => name.trim());
    if (schema.names.includes(label) || listed.length < 2 || !listed.every((name) => schema.names.includes(name)))
      return none;
    const found = await oneHotFacts(database, schema, listed);
    if (found.isOneHot) return { schema: withClassOfOneHotLabel(schema, label, listed), label };
    throw new UserError(
      `${file}: --label ${label}: expected a 1 in at most one of these columns per row, and 0 in the others.`,
      {
        advice:
          "Specify one column with the activity of each row, or columns of 0 and 1 of which each row has a 1 in at most one.",
      },
    );
  }
  if (required.label === false || options.labels !== undefined || usualColumnOfRole(schema.names, "label") !== null)
    return none;
  const roles = (["group", "recording", "time"] as const).map(
    (role) => options[role] ?? usualColumnOfRole(schema.names, role),
  );
  const axes = sensorsByName(schema.names).flatMap(({ channels }) => [...channels]);
  const used = new Set([...roles, ...axes, ...(options.channels ?? []), ...(options.modelChannels ?? [])]);
  const possible = schema.names.filter(
    (name) => !used.has(name) && /INT|BOOLEAN|DOUBLE|FLOAT/.test(schema.types.get(name) ?? ""),
  );
  if (possible.length < fewestClasses || possible.length > mostColumns) return none;
  const { flags, varying } = await oneHotFlagColumns(database, schema, possible);
  const isLabel = async (classes: readonly string[]): Promise<boolean> => {
    if (classes.length < fewestClasses || classes.filter((name) => varying.has(name)).length < 2) return false;
    const { isOneHot, labelled } = await oneHotFacts(database, schema, classes);
    return isOneHot && labelled >= leastLabelled;
  };
  const sets: (readonly string[])[] = [];
  if (await isLabel(flags)) sets.push(flags);
  else for (const classes of adjacentOneHotFlags(schema.names, flags)) if (await isLabel(classes)) sets.push(classes);
  const [classes] = sets;
  if (classes === undefined) return none;
  const name = classes.join(",");
  const each = `${file}: each row has a 1 in at most one of the columns ${sets.map((own) => own.join(", ")).join(", and of ")}`;
  if (sets.length > 1) {
    const message = `${each}, so it is not clear which of these sets is the activity.`;
    const advice = `Choose one, such as ${shellCommand("--label", name)}`;
    if (required.label === true) throw new UserError(message, { advice });
    warn(`${message} ${advice}`);
    return none;
  }
  warn(`${each}, so these are read as the activity. If they are something else, specify another column with --label.`);
  return { schema: withClassOfOneHotLabel(schema, name, classes), label: name };
}

function oneHotFlagOfColumn(name: string): string {
  const id = duckdbIdentifier(name);
  return `CASE lower(CAST(${id} AS VARCHAR)) WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE TRY_CAST(${id} AS DOUBLE) END`;
}

/** Returns the columns that contain only 0 and 1, and those of them that contain both. */
async function oneHotFlagColumns(
  database: Database,
  schema: TableSchema,
  names: readonly string[],
): Promise<{ flags: string[]; varying: ReadonlySet<string> }> {
  const facts = names.map((name, c) => {
    const flag = oneHotFlagOfColumn(name);
    return `bool_and(coalesce(${flag} IN (0, 1), ${duckdbIdentifier(name)} IS NULL)) AS only${c}, min(${flag}) < max(${flag}) AS varies${c}`;
  });
  const [found] = await database.rows(`SELECT ${facts.join(", ")} FROM ${schema.source(new Set())}`);
  const flags = names.filter((_, c) => found![`only${c}`] === true);
  return { flags, varying: new Set(names.filter((name, c) => flags.includes(name) && found![`varies${c}`] === true)) };
}

/** Returns the runs of neighbouring flags. */
function adjacentOneHotFlags(names: readonly string[], flags: readonly string[]): string[][] {
  const runs: string[][] = [[]];
  for (const name of names) {
    if (flags.includes(name)) runs.at(-1)!.push(name);
    else if (runs.at(-1)!.length > 0) runs.push([]);
  }
  return runs;
}

async function oneHotFacts(
  database: Database,
  schema: TableSchema,
  classes: readonly string[],
): Promise<{ isOneHot: boolean; labelled: number }> {
  const flags = classes.map((name) => `coalesce(${oneHotFlagOfColumn(name)}, 0)`);
  const only = flags.map((flag) => `${flag} IN (0, 1)`).join(" AND ");
  const [found] = await database.rows(
    `SELECT count(*) AS rows, bool_and(${only}) AS only, max(${flags.join(" + ")}) AS most, count(*) FILTER (${flags.join(" + ")} = 1) AS labelled FROM ${schema.source(new Set())}`,
  );
  const rows = Number(found!.rows);
  return { isOneHot: found!.only === true && Number(found!.most) === 1, labelled: Number(found!.labelled) / rows };
}

function withClassOfOneHotLabel(schema: TableSchema, name: string, classes: readonly string[]): TableSchema {
  const [start] = classes.map((column) => /^(.*[_ .:-])[^_ .:-]*$/.exec(column)?.[1] ?? "");
  const isShared = classes.every((column) => column.startsWith(start!) && column.length > start!.length);
  const cases = classes.map((column) => {
    const own = isShared ? column.slice(start!.length) : column;
    return `WHEN ${oneHotFlagOfColumn(column)} = 1 THEN ${duckdbLiteral(own)}`;
  });
  return withComputedColumn(schema, name, "VARCHAR", `CASE ${cases.join(" ")} END`);
}
