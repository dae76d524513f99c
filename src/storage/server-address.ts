// The tracking server's address and credentials, taken from the option and from MLflow's own environment variables.

import { readFileSync, statSync } from "node:fs";
import { UserError } from "../errors.ts";
import { kindOfFile } from "../kind-of-file.ts";
import { explainSystemErrorOnRead } from "../system-error.ts";

export interface ServerAddress {
  /** Address without credentials or a trailing slash; safe to print. */
  readonly uri: string;
  /** Value of the `Authorization` header; never printed. */
  readonly authorization: string | undefined;
  /** PEM certificates to trust instead of the default ones. */
  readonly certificates: string | undefined;
  /** Whether certificate verification is disabled. */
  readonly insecureTls: boolean;
  readonly warnings: readonly string[];
}

/** Limit in bytes; all the certificates that a machine trusts take up about a quarter of a MiB. */
const largestCertificates = 16 * 2 ** 20;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param tracking the option: an address, "none", or undefined for MLFLOW_TRACKING_URI
 * @returns null if tracking is disabled, or if the environment refers to a store that is not a server; see
 * `isMlflowOnlyAddress`
 * @throws UserError if the address is not an http(s) URL or the certificates cannot be read
 */
export function serverAddress(
  tracking: string | undefined,
  environment: Environment = process.env,
): ServerAddress | null {
  const written = writtenServerAddress(tracking, environment);
  if (written === null) return null;
  const url = URL.canParse(written) ? new URL(written) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    // The environment variable may have been set for other tools.
    if (tracking === undefined) return null;
    throw new UserError(`--tracking: expected http:// or https:// and a host, got ${showServerAddress(written)}`, {
      advice:
        "Tidemark reports to a server, such as one started by `mlflow server`; only MLflow itself can write to file stores and " +
        "databases. With --tracking none, nothing is reported.",
    });
  }
  const { MLFLOW_TRACKING_TOKEN: token, MLFLOW_TRACKING_SERVER_CERT_PATH: certPath } = environment;
  const user = url.username === "" ? environment.MLFLOW_TRACKING_USERNAME : decodeServerAddress(url.username);
  const password = url.username === "" ? environment.MLFLOW_TRACKING_PASSWORD : decodeServerAddress(url.password);
  const warnings: string[] = [];
  const named = user !== undefined && user !== "";
  const basic = named ? `Basic ${Buffer.from(`${user}:${password ?? ""}`).toString("base64")}` : undefined;
  const bearer = token === undefined || token === "" ? undefined : `Bearer ${token}`;
  if (basic !== undefined && bearer !== undefined) {
    warnings.push("both a user name and MLFLOW_TRACKING_TOKEN are set for the tracking server; the user name is used");
  }
  const insecureTls = /^(true|1)$/i.test(environment.MLFLOW_TRACKING_INSECURE_TLS ?? "");
  if (insecureTls)
    warnings.push("MLFLOW_TRACKING_INSECURE_TLS is set, so the tracking server's certificate is not checked");
  return {
    uri: `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, "")}`,
    authorization: basic ?? bearer,
    certificates: certPath === undefined || certPath === "" ? undefined : certificatesOfServerAddress(certPath),
    insecureTls,
    warnings,
  };
}

/** Decodes percent escapes; returns the text unchanged if any % does not begin a valid escape. */
function decodeServerAddress(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The option or the environment variable; null if tracking is disabled. */
function writtenServerAddress(tracking: string | undefined, environment: Environment): string | null {
  const written = tracking ?? environment.MLFLOW_TRACKING_URI ?? "";
  return written === "" || written === "none" ? null : written;
}

/**
 * Whether MLFLOW_TRACKING_URI refers to a store that only MLflow itself can write to.
 * @param server what `serverAddress` returned for the same option and environment
 */
export function isMlflowOnlyAddress(
  server: ServerAddress | null,
  tracking: string | undefined,
  environment: Environment = process.env,
): boolean {
  return server === null && writtenServerAddress(tracking, environment) !== null;
}

function certificatesOfServerAddress(path: string): string {
  try {
    const found = statSync(path);
    // Reading from a pipe could block forever, and some devices never end.
    if (!found.isFile()) throw new UserError(`${path}: found ${kindOfFile(found)}`);
    if (found.size > largestCertificates) {
      throw new UserError(`${path}: expected at most 16 MiB, found ${found.size} bytes`);
    }
    return readFileSync(path, "utf8");
  } catch (error) {
    const cause = explainSystemErrorOnRead(error, path);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`MLFLOW_TRACKING_SERVER_CERT_PATH: expected a file of PEM certificates: ${reason}`, {
      advice: "Give the PEM file of the certificates to trust, or unset the variable.",
      cause,
    });
  }
}

/** The address in quotation marks, without user name and password. */
function showServerAddress(written: string): string {
  return JSON.stringify(written.replace(/^([a-z][\w+.-]*:[/\\]*)?.*@/i, "$1"));
}
