// Measures the size of tidemark/device in a web page, bundled and minified by vite, both as it is and compressed as a server
// would send it.

import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import type { BenchmarkResult } from "./measurement.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

export async function benchmarkDeviceSize(): Promise<BenchmarkResult> {
  const [output] = [
    await build({
      root,
      configFile: false,
      envDir: false,
      publicDir: false,
      logLevel: "silent",
      build: { write: false, lib: { entry: `${root}/src/device.ts`, formats: ["iife"], name: "tidemark" } },
    }),
  ].flat();
  if (output === undefined || !("output" in output)) throw new Error("bundle: expected an output, got a watcher");
  const [{ code }] = output.output;
  const note = "everything that the entry exports, as one script";
  return {
    measurements: [
      {
        name: "tidemark/device, minified",
        value: Buffer.byteLength(code) / 1000,
        unit: "kB",
        note,
        limit: { kind: "at most", value: 40 },
      },
      {
        name: "tidemark/device, minified and compressed",
        value: gzipSync(code).length / 1000,
        unit: "kB",
        note: "gzip",
      },
    ],
    skipped: [],
  };
}
