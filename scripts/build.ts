// Compiles src/ to dist/ (or to the given directory) with tsc, and makes the command executable.
import { execFileSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = resolve(process.argv[2] ?? join(root, "dist"));
rmSync(out, { recursive: true, force: true });
execFileSync(
  process.execPath,
  [join(root, "node_modules/typescript/bin/tsc"), "-p", join(root, "tsconfig.build.json"), "--outDir", out],
  { stdio: "inherit" },
);
chmodSync(join(out, "interfaces/cli/main.js"), 0o755);
// The service's dashboard. No script or style is inline, since the content security policy forbids it.
await build({
  root: join(root, "dashboard"),
  configFile: false,
  logLevel: "warn",
  build: {
    outDir: join(out, "dashboard"),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2023",
  },
});
