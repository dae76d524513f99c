// Bundles the built package, resolved through its exports, for programs on a device.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";
import { afterAll, beforeAll } from "vitest";

export const root: string = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Returns a folder whose node_modules contains the built package while the tests in a file run. The folder is inside the
 * repository's own node_modules, which git ignores.
 */
export function packedHome(): string {
  const cache = join(root, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const home = mkdtempSync(join(cache, "device-test-"));
  // The folder needs its own package.json; otherwise, the nearest package.json would be this repository's, which is also named
  // tidemark.
  writeFileSync(join(home, "package.json"), '{ "name": "page", "type": "module" }');
  const own = join(home, "node_modules/tidemark");
  mkdirSync(own, { recursive: true });
  copyFileSync(join(root, "package.json"), join(own, "package.json"));
  beforeAll(() => {
    execFileSync(process.execPath, [join(root, "scripts/build.ts"), join(own, "dist")], { stdio: "inherit" });
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

/**
 * Returns a minified classic script that assigns the exports of `text` to a global `bundle`. Rejects imports of any package
 * except tidemark.
 */
export async function bundle(home: string, text: string): Promise<string> {
  const entry = join(home, "entry.js");
  const alone: Plugin = {
    name: "tidemark-alone",
    enforce: "pre",
    resolveId(source) {
      if (source === entry) return entry;
      if (/^[./]/.test(source) || source === "tidemark/device") return null;
      throw new Error(`"${source}" is imported: tidemark/device may bring no package and nothing of Node.js`);
    },
    load: (id) => (id === entry ? text : null),
  };
  const [output] = [
    await build({
      root: home,
      configFile: false,
      envDir: false,
      publicDir: false,
      logLevel: "silent",
      build: { write: false, lib: { entry, formats: ["iife"], name: "bundle" } },
      plugins: [alone],
    }),
  ].flat();
  if (output === undefined || !("output" in output)) throw new Error("bundle: expected an output, got a watcher");
  if (output.output.length !== 1) throw new Error(`bundle: expected one script, got ${output.output.length} files`);
  return output.output[0].code;
}
