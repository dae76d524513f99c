// The tables of a PostgreSQL store, in the `tidemark` schema, and the migration steps from each version to the next. A released
// step is never changed. Each step runs once, even if several processes start at the same time: an advisory lock serialises
// them, and the `versions` table records the completed steps.
import { UserError } from "../errors.ts";
import { tidemarkVersion } from "../versions.ts";
import type { PostgresConnection, PostgresQuery } from "./postgres-connection.ts";
import { postgresErrorCode } from "./postgres-errors.ts";

/**
 * Version 1. A row of `streams` counts the stream's batches, in total and per status. `sequence` numbers the batches of all
 * streams. `in_references` is true if the stream's references may include the batch, and `whole` is true until the batch has
 * been shortened. `attempt` identifies the call that stored the batch. `bytes` is the total size of a stream's batches and
 * summaries. `result` is deflated JSON, and `figures` and `state` are JSON in text columns, because jsonb cannot hold every
 * string.
 */
const version1 = `
  CREATE TABLE tidemark.models (
    model_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project text COLLATE "C" NOT NULL,
    model text COLLATE "C" NOT NULL,
    UNIQUE (project, model)
  );
  CREATE TABLE tidemark.streams (
    stream_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model_id bigint NOT NULL REFERENCES tidemark.models,
    name text COLLATE "C" NOT NULL,
    state text,
    references_changed_at timestamptz,
    batches bigint NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 0,
    bytes bigint NOT NULL DEFAULT 0,
    accepted bigint NOT NULL DEFAULT 0,
    doubtful bigint NOT NULL DEFAULT 0,
    alarmed bigint NOT NULL DEFAULT 0,
    rejected bigint NOT NULL DEFAULT 0,
    excluded bigint NOT NULL DEFAULT 0,
    retired_at timestamptz,
    UNIQUE (model_id, name)
  ) WITH (fillfactor = 70);
  CREATE TABLE tidemark.batches (
    sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model_id bigint NOT NULL,
    stream_id bigint NOT NULL REFERENCES tidemark.streams,
    batch_id text COLLATE "C" NOT NULL,
    content_hash text COLLATE "C" NOT NULL,
    received_at timestamptz NOT NULL,
    status text NOT NULL CHECK (status IN ('accepted', 'doubtful', 'alarmed', 'rejected', 'excluded')),
    reason text,
    in_references boolean NOT NULL,
    figures text,
    result bytea NOT NULL,
    whole boolean NOT NULL DEFAULT true,
    headline text,
    attempt uuid NOT NULL,
    UNIQUE (stream_id, batch_id)
  );
  ALTER TABLE tidemark.batches ALTER COLUMN result SET STORAGE EXTERNAL;
  CREATE INDEX batches_of_stream ON tidemark.batches (stream_id, sequence);
  CREATE INDEX reference_batches ON tidemark.batches (stream_id, sequence) WHERE in_references;
  CREATE INDEX batches_by_content ON tidemark.batches (stream_id, content_hash);
  CREATE INDEX whole_batches ON tidemark.batches (model_id, received_at, sequence) WHERE whole;
  CREATE TABLE tidemark.summaries (
    stream_id bigint NOT NULL,
    sequence bigint NOT NULL REFERENCES tidemark.batches ON DELETE CASCADE,
    summary bytea NOT NULL,
    PRIMARY KEY (stream_id, sequence)
  );
  CREATE INDEX summaries_of_batches ON tidemark.summaries (sequence);
  CREATE TABLE tidemark.actions (
    sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model_id bigint NOT NULL REFERENCES tidemark.models,
    at timestamptz NOT NULL,
    who text NOT NULL,
    action text NOT NULL,
    stream text COLLATE "C" NOT NULL,
    subject text,
    reason text
  );
  CREATE INDEX actions_of_stream ON tidemark.actions (model_id, stream, sequence);
`;

/** Version 2: `data_from` and `data_to` are the times of the first and last samples in a batch; both are null if unknown. */
const version2 = `
  ALTER TABLE tidemark.batches ADD COLUMN data_from timestamptz, ADD COLUMN data_to timestamptz;
`;

/**
 * Version 3. The only row of `tokens` holds all tokens as JSON, and gets a new revision with every change. `entry` identifies
 * the call that wrote a line of the audit log, whose `details` are JSON.
 */
const version3 = `
  CREATE TABLE tidemark.tokens (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    revision uuid NOT NULL,
    content text NOT NULL
  );
  CREATE TABLE tidemark.sessions (
    hash text COLLATE "C" PRIMARY KEY,
    token_hash text COLLATE "C" NOT NULL,
    expires_at timestamptz NOT NULL
  );
  CREATE TABLE tidemark.audit (
    sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry uuid NOT NULL UNIQUE,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    target text NOT NULL,
    details text NOT NULL
  );
`;

/** The migration to each version, beginning with version 1. */
const steps: readonly string[] = [version1, version2, version3];

const postgresSchemaVersion: number = steps.length;

/** An arbitrary key for the advisory lock; no other program should use it in the same database. */
const lockNumber = 7_413_530_117;

/**
 * Creates the tables, or upgrades them to the current version.
 * @throws UserError if the tables were written by a newer version of Tidemark, or if the database encoding is not UTF8
 */
export async function migratePostgres(connection: PostgresConnection): Promise<void> {
  if ((await migratedPostgresVersion(connection.query, connection.shown)) === postgresSchemaVersion) return;
  await connection.transaction(async (query) => {
    await query("SELECT pg_advisory_xact_lock($1)", [lockNumber]);
    const [encoding] = await query("SHOW server_encoding");
    refuseToMigrateOtherEncoding(encoding?.server_encoding, connection.shown);
    await query("CREATE SCHEMA IF NOT EXISTS tidemark");
    await query(
      `CREATE TABLE IF NOT EXISTS tidemark.versions (
        version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now(), applied_by text NOT NULL)`,
    );
    const before = await migratedPostgresVersion(query, connection.shown);
    for (const [i, step] of steps.slice(before).entries()) {
      await query(step);
      await query("INSERT INTO tidemark.versions (version, applied_by) VALUES ($1, $2)", [
        before + i + 1,
        `tidemark ${tidemarkVersion}`,
      ]);
    }
  });
}

/** The version of the tables; 0 if they do not exist. */
async function migratedPostgresVersion(query: PostgresQuery, shown: string): Promise<number> {
  let rows: Awaited<ReturnType<PostgresQuery>>;
  try {
    rows = await query("SELECT version, applied_by FROM tidemark.versions ORDER BY version DESC LIMIT 1");
  } catch (error) {
    if (["42P01", "3F000"].includes(postgresErrorCode(error) ?? "")) return 0;
    throw error;
  }
  const version = Number(rows[0]?.version ?? 0);
  if (version <= postgresSchemaVersion) return version;
  throw new UserError(`${shown}: expected a schema version up to ${postgresSchemaVersion}, got ${version}`, {
    advice: `Its tables were written by ${rows[0]?.applied_by}: update Tidemark, or restore a backup made before the tables were upgraded.`,
  });
}

function refuseToMigrateOtherEncoding(encoding: unknown, shown: string): void {
  if (encoding === "UTF8") return;
  throw new UserError(`${shown}: expected a database in UTF8, which holds every name, got one in ${encoding}`, {
    advice: "Create another database: createdb --encoding UTF8 --template template0 NAME",
  });
}
