// Explains PostgreSQL errors (https://www.postgresql.org/docs/current/errcodes-appendix.html) and network errors to users.
import { UserError } from "../errors.ts";
import { StoreUnavailable } from "./store-unavailable.ts";

/** A five-character PostgreSQL code or the name of a system error; undefined for all other errors. */
export function postgresErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof AggregateError) return postgresErrorCode(error.errors[0]);
  const { code, syscall }: NodeJS.ErrnoException = error;
  // If a server is not running, its socket is missing.
  if (code === "ENOENT" && syscall === "connect") return "ECONNREFUSED";
  if (typeof code === "string") return code;
  // pg raises these errors without a code.
  if (/^Connection terminated|^Client has encountered a connection error|not queryable$/.test(error.message))
    return "08006";
  if (/^timeout exce|^timeout expired|^Query read timeout/.test(error.message)) return "ETIMEDOUT";
  return undefined;
}

/**
 * Matches the error codes for broken connections, servers that are stopping or starting or have no connection left, and
 * transactions that lost a conflict.
 */
const passing = /^(08...|57P0[123]|40001|40P01|ECONNRESET|ECONNREFUSED|ECONNABORTED|EPIPE|EAI_AGAIN|53300)$/;

/** Whether the same statement may succeed a moment later. The failed statement may nevertheless have been committed. */
export function isPassingPostgresError(error: unknown): boolean {
  return passing.test(postgresErrorCode(error) ?? "");
}

/** Faults that may pass although the request stays the same, by patterns of their codes. */
const unavailableFaults: readonly (readonly [code: RegExp, what: string, advice: string])[] = [
  [/^53100$/, "has no space left on its disk", "Free some space, then try again; nothing was changed."],
  [/^53300$/, "has no connection left", "Raise max_connections, or run fewer replicas."],
  [/^53/, "is short of resources", "Try again; if it happens again, look at the server's log."],
  [/^(55P03|57014|ETIMEDOUT)$/, "did not answer in time", "Try again; if it happens again, look at the server's log."],
  [
    /^(08...|57P0[123]|40001|40P01|EAI_AGAIN|E[A-Z]+)$/,
    "cannot be reached",
    "Check that the server runs and can be reached from here, then try again.",
  ],
];

/** Faults in an address, a database or permissions. */
const faults: readonly (readonly [code: RegExp, what: string, advice: string])[] = [
  [
    /^28/,
    "rejects the user or the password",
    "Check the user and the password; PGPASSWORD and ~/.pgpass are used if the address has no password.",
  ],
  [/^3D000$/, "has no such database", "Create the database first: createdb --encoding UTF8 --template template0 NAME"],
  [/^42501$/, "denies permission", "The user needs GRANT CREATE ON DATABASE, or must own the schema tidemark."],
  [/^22021$/, "cannot hold a null character", "Choose a name without null characters."],
  [
    /CERT|TLS/,
    "has a certificate that cannot be verified",
    "Specify the certificate authority with sslrootcert=FILE in the address.",
  ],
  [/^25006$/, "is read-only", "Give the address of the primary server, not of a standby."],
  [/^XX00[12]$/, "holds damaged data", "Restore the database from a backup."],
];

/**
 * Runs `work`. If the server, the network or the permissions are at fault, throws a UserError that names the server; passes all
 * other errors on.
 * @param shown the address without its password
 */
export async function explainPostgresErrors<T>(shown: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explainedPostgresError(error, shown);
  }
}

function explainedPostgresError(error: unknown, shown: string): unknown {
  const code = postgresErrorCode(error);
  if (code === undefined || error instanceof UserError) return error;
  const text = error instanceof AggregateError ? String(error.errors[0]) : (error as Error).message;
  const found = (list: typeof faults) => list.find(([pattern]) => pattern.test(code));
  const fault = found(faults);
  const passingFault = found(unavailableFaults);
  if (fault !== undefined) return new UserError(`${shown} ${fault[1]} (${text})`, { advice: fault[2], cause: error });
  if (passingFault === undefined) return error;
  return new StoreUnavailable(`${shown} ${passingFault[1]} (${text})`, { advice: passingFault[2], cause: error });
}
