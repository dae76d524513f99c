// The origin of a model: versions of Tidemark, Node.js and the engines, and the commit of the user's own repository.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/** The software versions that produced a result. */
export interface Versions {
  /** Version of this package. */
  tidemark: string;
  /** Version of Node.js. */
  node: string;
  /** Version of onnxruntime-node. */
  onnxruntime: string;
  /** Version of DuckDB's Node.js package. */
  duckdb: string;
}

/** Tidemark's own version. */
export const tidemarkVersion: string = versionInPackageJson(new URL("../package.json", import.meta.url));

/** The versions for a manifest, read from the installed packages without loading them. */
export function currentVersions(): Versions {
  return {
    tidemark: tidemarkVersion,
    node: process.versions.node,
    onnxruntime: installedPackageVersion("onnxruntime-node"),
    duckdb: installedPackageVersion("@duckdb/node-api"),
  };
}

/** The commit checked out in the repository that contains `directory`; null if there is no git, no repository or no commit. */
export async function gitCommit(directory: string = process.cwd()): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)("git", ["rev-parse", "HEAD"], { cwd: directory, timeout: 5000 });
    const commit = stdout.trim();
    return /^[0-9a-f]{40,64}$/.test(commit) ? commit : null;
  } catch {
    return null;
  }
}

function installedPackageVersion(name: string): string {
  let directory = dirname(createRequire(import.meta.url).resolve(name));
  for (;;) {
    const found = versionInPackageJson(join(directory, "package.json"), name);
    if (found !== "") return found;
    const parent = dirname(directory);
    if (parent === directory) throw new Error(`${name}: no package.json above its entry point`);
    directory = parent;
  }
}

function versionInPackageJson(path: string | URL, name = "tidemark"): string {
  try {
    const content: { name?: string; version?: string } = JSON.parse(readFileSync(path, "utf8"));
    return content.name === name ? (content.version ?? "") : "";
  } catch {
    return "";
  }
}
