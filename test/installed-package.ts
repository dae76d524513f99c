// Provides binaries of other Node.js versions, and the environment that npm has in a user's shell.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const cache: string = fileURLToPath(new URL("../node_modules/.cache", import.meta.url));

/**
 * Returns the environment without the variables that `npm run` sets for scripts, because npm would use them as its own
 * settings.
 */
function environment(...path: readonly string[]): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_(OPTIONS|PATH)$/i.test(name));
  const quiet = { npm_config_audit: "false", npm_config_fund: "false", npm_config_prefer_offline: "true" };
  return { ...Object.fromEntries(own), ...quiet, PATH: [...path, process.env.PATH].join(delimiter) };
}

/** Returns the reason why packages cannot be installed on this machine; undefined if they can. */
export function withoutRegistry(): string | undefined {
  if (process.platform === "win32") return "needs a POSIX shell";
  const { status } = spawnSync("npm", ["view", "node@24", "name"], { env: environment(), timeout: 30_000 });
  return status === 0 ? undefined : "no npm registry";
}

/**
 * Returns an environment in which `node` has this version, for example "22.18"; the version is downloaded once to
 * node_modules/.cache.
 */
export function onNode(version: string): NodeJS.ProcessEnv {
  const home = join(cache, `node-${version}`);
  const bin = join(home, "node_modules/node/bin");
  if (!existsSync(join(bin, "node"))) {
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, "package.json"), JSON.stringify({ private: true, allowScripts: { node: true } }));
    execFileSync("npm", ["install", "--no-save", `node@${version}`], {
      cwd: home,
      env: environment(),
      stdio: "inherit",
    });
  }
  return environment(bin);
}
