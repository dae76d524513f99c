// Kills the process that loads this file with --import before its nth file change or database step. The KILL_BEFORE_CHANGE
// variable gives n. In this way, a test can reach every moment at which a change could be half done, without measuring time.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";

let left = Number(process.env.KILL_BEFORE_CHANGE);

function killBefore(target: object, names: readonly string[]): void {
  for (const name of names) {
    const original: unknown = Reflect.get(target, name);
    if (typeof original !== "function") throw new TypeError(`${name}: expected a function, got ${typeof original}`);
    Reflect.set(target, name, function counted(this: unknown, ...given: unknown[]): unknown {
      left--;
      if (left === 0) process.kill(process.pid, "SIGKILL");
      return Reflect.apply(original, this, given);
    });
  }
}

if (isMainThread) {
  killBefore(fs, ["linkSync", "mkdirSync", "renameSync", "rmSync", "unlinkSync", "writeFileSync", "writeSync"]);
  killBefore(fs.promises, ["appendFile", "link", "mkdir", "rename", "rm", "unlink", "writeFile"]);
  const handle = await fs.promises.open(fileURLToPath(import.meta.url));
  killBefore(Object.getPrototypeOf(handle), ["appendFile", "sync", "truncate", "write", "writeFile"]);
  await handle.close();
  killBefore(DatabaseSync.prototype, ["exec"]);
  syncBuiltinESMExports();
}
