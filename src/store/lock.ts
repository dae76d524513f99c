// One process at a time in a directory. Every process that wants the lock first raises a flag (a file of its own name)
// and then looks for others: of two that come at once at least one sees the other, so two can never both go on. A flag
// belongs to one process for ever, so the flag of a dead process can be removed without a race. Pids are reused, mostly
// in containers; on Linux a flag also holds the boot and the start time of its process, which are not.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { hasCode, writeFileAtomic } from "./atomic-file.ts";

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** What tells this process from an earlier one of the same pid, null where the system does not say. */
  readonly identity: string | null;
}

export type LockResult = { held: true; release: () => Promise<void> } | { held: false; holder: string; flag: string };

const prefix = "lock-";

/**
 * Takes the lock of an existing directory; a lock left by a process that is gone is taken over. Where another living
 * process has it, says which one and where its flag lies.
 */
export async function acquireLock(directory: string): Promise<LockResult> {
  const own = `${prefix}${process.pid}-${randomBytes(6).toString("hex")}.json`;
  const holder: Holder = { pid: process.pid, host: hostname(), identity: processIdentity(process.pid) };
  for (let attempt = 1; ; attempt++) {
    await writeFileAtomic(join(directory, own), JSON.stringify(holder));
    const other = await livingHolder(directory, own);
    if (other === undefined) return { held: true, release: () => rm(join(directory, own), { force: true }) };
    await rm(join(directory, own), { force: true });
    if (attempt === 4) {
      return { held: false, holder: `process ${other.pid} on ${other.host}`, flag: join(directory, other.flag) };
    }
    await wait(20 + Math.random() * 80);
  }
}

/** As `acquireLock`, for work that others do in moments: waits for its turn, at most so long. */
export async function waitForLock(directory: string, patienceMs: number): Promise<LockResult> {
  const deadline = performance.now() + patienceMs;
  let lock = await acquireLock(directory);
  while (!lock.held && performance.now() < deadline) {
    await wait(50 * Math.random());
    lock = await acquireLock(directory);
  }
  return lock;
}

async function livingHolder(directory: string, own: string): Promise<(Holder & { flag: string }) | undefined> {
  for (const flag of await readdir(directory)) {
    if (!flag.startsWith(prefix) || !flag.endsWith(".json") || flag === own) continue;
    let holder: Holder;
    try {
      holder = JSON.parse(await readFile(join(directory, flag), "utf8"));
    } catch (error) {
      if (hasCode(error, "ENOENT")) continue;
      throw error;
    }
    if (isAlive(holder)) return { ...holder, flag };
    await rm(join(directory, flag), { force: true });
  }
  return undefined;
}

/** A process of another host cannot be seen from here and counts as alive. */
function isAlive({ pid, host, identity }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!hasCode(error, "EPERM")) return false;
  }
  return identity === processIdentity(pid);
}

function processIdentity(pid: number): string | null {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const status = readFileSync(`/proc/${pid}/stat`, "utf8");
    // proc_pid_stat(5): field 22 is the start time; the name in field 2 may hold spaces, so count behind its bracket.
    const startTime = status.slice(status.lastIndexOf(")") + 2).split(" ")[19];
    return `${boot} ${startTime}`;
  } catch {
    return null;
  }
}
