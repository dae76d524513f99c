// Names for files that are written next to their target and then renamed over it. A killed process leaves such a file behind,
// and the next writer of the same target removes it. The name identifies the process by its pid and a hash of the host, the
// boot and the pid namespace, because the same pid occurs again after a reboot and in other containers that share the folder.
import { createHash, randomBytes } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join, resolve } from "node:path";

/** Age at which a file counts as abandoned, even if its process cannot be checked from here; no write takes that long. */
const abandonedAfterMs = 24 * 3600 * 1000;

const pattern = /\.(?<space>[0-9a-f]{8})-(?<pid>\d+)-[0-9a-f]{12}\.tmp$/;

/** Returns a temporary name next to `path`. First removes what dead processes left behind under such names. */
export function temporaryBeside(path: string, now: () => number = Date.now): string {
  removeTemporaryLeftovers(path, now);
  const random = randomBytes(6).toString("hex");
  return join(dirname(resolve(path)), `.${basename(path)}.${temporaryPidSpace()}-${process.pid}-${random}.tmp`);
}

/**
 * Removes this user's files that dead processes left behind under temporary names next to `path`. A file counts as left behind
 * if its process is known to be dead, or if the file has not been written to for a day.
 */
export function removeTemporaryLeftovers(path: string, now: () => number = Date.now): void {
  const directory = dirname(resolve(path));
  const prefix = `.${basename(path)}`;
  for (const name of valueOr(() => readdirSync(directory), [])) {
    const found = name.startsWith(prefix) ? pattern.exec(name) : null;
    if (found === null || found.index !== prefix.length) continue;
    const { space, pid } = found.groups!;
    const left = join(directory, name);
    // In a folder shared by several users, another user may change a folder while it is being removed.
    if (!isOwnTemporaryFile(left)) continue;
    const gone = space === temporaryPidSpace() && !isTemporaryOwnerRunning(Number(pid));
    if (!gone && !isAbandonedTemporaryFile(left, now)) continue;
    // It does no harm if a file cannot be removed.
    valueOr(() => rmSync(left, { recursive: true, force: true }), undefined);
  }
}

function isOwnTemporaryFile(path: string): boolean {
  const user = process.getuid?.();
  return user === undefined || valueOr(() => lstatSync(path).uid === user, false);
}

function isAbandonedTemporaryFile(path: string, now: () => number): boolean {
  return valueOr(() => now() - statSync(path).mtimeMs > abandonedAfterMs, false);
}

function isTemporaryOwnerRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

let known: string | undefined;

function temporaryPidSpace(): string {
  if (known !== undefined) return known;
  // Only Linux provides the boot id and the pid namespace.
  const boot = valueOr(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"), "");
  const parts = [hostname(), boot, valueOr(() => readlinkSync("/proc/self/ns/pid"), "")];
  known = createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 8);
  return known;
}

function valueOr<T>(value: () => T, otherwise: T): T {
  try {
    return value();
  } catch {
    return otherwise;
  }
}
