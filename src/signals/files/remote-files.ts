// Remote files are read with DuckDB extensions, which DuckDB downloads once. Extensions are downloaded only for URLs given by
// the user, and after a message.

import { UserError } from "../../errors.ts";
import type { Reporter } from "../../reporter.ts";
import type { Database } from "./duckdb.ts";

const extensionsByScheme: Readonly<Record<string, readonly string[]>> = {
  http: ["httpfs"],
  https: ["httpfs"],
  hf: ["httpfs"],
  s3: ["httpfs", "aws"],
  gs: ["httpfs"],
  gcs: ["httpfs"],
  r2: ["httpfs"],
};

/**
 * Enables a database to read from a URL.
 * @param reporter notified before an extension is downloaded
 * @throws UserError if the kind of URL is not supported, or an extension or credentials are unavailable
 */
export async function allowRemoteFiles(database: Database, url: string, reporter: Reporter): Promise<void> {
  const scheme = url.slice(0, url.indexOf("://")).toLowerCase();
  const extensions = Object.hasOwn(extensionsByScheme, scheme) ? extensionsByScheme[scheme]! : undefined;
  if (extensions === undefined) {
    const known = Object.keys(extensionsByScheme).map((name) => `${name}://`);
    throw new UserError(`${url}: expected a path or a URL that begins with ${known.join(", ")}.`, {
      advice: "Copy the file to this machine, and give its path.",
    });
  }
  for (const name of extensions) await loadRemoteFileExtension(database, name, url, reporter);
  if (scheme === "s3") await useRemoteFileCredentials(database);
}

async function loadRemoteFileExtension(
  database: Database,
  name: string,
  url: string,
  reporter: Reporter,
): Promise<void> {
  try {
    await database.connection.run(`LOAD ${name}`);
    return;
  } catch {
    reporter.warn(
      `To read ${url}, DuckDB's extension ${name} is downloaded from extensions.duckdb.org into ~/.duckdb.`,
    );
  }
  try {
    await database.connection.run(`INSTALL ${name}`);
    await database.connection.run(`LOAD ${name}`);
  } catch (cause) {
    const [reason] = (cause instanceof Error ? cause.message : String(cause)).split("\n", 1);
    throw new UserError(`${url}: DuckDB's extension ${name} could not be fetched: ${reason}`, {
      advice: "Without a network, copy the file to this machine first, and give its path.",
      cause,
    });
  }
}

/** Gives DuckDB the credentials for S3, which come from the AWS credential chain (environment, profile, instance role). */
async function useRemoteFileCredentials(database: Database): Promise<void> {
  try {
    await database.rows("CREATE SECRET IF NOT EXISTS tidemark_s3 (TYPE s3, PROVIDER credential_chain)");
  } catch (cause) {
    const [reason] = (cause instanceof Error ? cause.message : String(cause)).split("\n", 1);
    throw new UserError(`S3 cannot be read: ${reason}`, {
      advice: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or select a profile with AWS_PROFILE.",
      cause,
    });
  }
}
