// Describes the machine on which figures were measured.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem, type } from "node:os";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memory_gb: number;
  readonly os: string;
  /** One-minute load average at the start of the run; other load on the machine makes the figures worse. */
  readonly load: number;
  readonly versions: Readonly<Record<string, string>>;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memory_gb: Math.round(totalmem() / 2 ** 30),
    os: `${type()} ${release()}`,
    load: Number(loadavg()[0]!.toFixed(2)),
    versions: {
      tidemark: packageVersion("../package.json"),
      ...commit(),
      node: process.versions.node,
      "onnxruntime-node": packageVersion("../node_modules/onnxruntime-node/package.json"),
      duckdb: packageVersion("../node_modules/@duckdb/node-api/package.json"),
    },
  };
}

function packageVersion(path: string): string {
  const manifest: { version?: string } = JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
  return manifest.version ?? "unknown";
}

function commit(): { commit?: string } {
  try {
    const head = execFileSync("git", ["rev-parse", "--short", "HEAD"], {
      cwd: import.meta.dirname,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return { commit: head.trim() };
  } catch {
    return {};
  }
}
