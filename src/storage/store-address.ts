// The address of a stream store, as the user writes it: a folder of SQLite ledgers, or a PostgreSQL database. The address is
// parsed only once, when options are resolved.
import { UserError } from "../errors.ts";

export type StoreAddress =
  | { readonly kind: "sqlite"; readonly directory: string; readonly shown: string }
  | {
      readonly kind: "postgres";
      /** The full address with the password; never printed. */
      readonly connection: string;
      /** The address without the user name, password and settings. */
      readonly shown: string;
    };

/** Describes the expected form of an address. */
const expectedStoreAddress = "sqlite:DIR or postgres://user:password@host/database";

/** @throws UserError if the text is neither kind of address; the message does not repeat any password */
export function parseStoreAddress(written: string, option = "--store"): StoreAddress {
  const [, scheme, rest = ""] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(written) ?? [];
  switch (scheme?.toLowerCase()) {
    case "sqlite":
      return sqliteStoreAddress(rest, option);
    case "postgres":
    case "postgresql":
      return postgresStoreAddress(written, option);
    default:
      throw new UserError(
        `${option}: expected ${expectedStoreAddress}, got ${scheme === undefined ? JSON.stringify(written) : `an address that begins with ${scheme}:`}`,
        {
          advice: `For a folder, write sqlite: before its path, such as sqlite:${scheme === undefined ? written : "ledgers"}.`,
        },
      );
  }
}

function sqliteStoreAddress(directory: string, option: string): StoreAddress {
  if (directory !== "" && !directory.startsWith("//"))
    return { kind: "sqlite", directory, shown: `sqlite:${directory}` };
  throw new UserError(`${option}: expected the path of a folder after sqlite:, got ${JSON.stringify(directory)}`, {
    advice: "Write the path as it is, without //, such as sqlite:ledgers or sqlite:/var/lib/tidemark.",
  });
}

function postgresStoreAddress(written: string, option: string): StoreAddress {
  // PostgreSQL allows an empty host (a Unix socket, ?host=/run/postgresql), which other URLs do not.
  const url = URL.canParse(written) ? new URL(written) : null;
  const database = url?.pathname.slice(1) ?? "";
  if (url === null || database === "") {
    const fault = url === null ? "an address that cannot be parsed" : "an address without a database";
    throw new UserError(`${option}: expected postgres://user:password@host/database, got ${fault}`, {
      advice: "Write %40 for @, %2F for / and %23 for # in a password, or leave it out and set PGPASSWORD.",
    });
  }
  const host = url.host === "" ? (url.searchParams.get("host") ?? "localhost") : url.host;
  return { kind: "postgres", connection: written, shown: `postgres://${host}/${database}` };
}
