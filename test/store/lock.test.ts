import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { acquireLock, type LockResult } from "../../src/store/lock.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** A process that holds the lock of a directory until it is killed, under the name that another host would give its flag. */
async function holderOnAnotherHost(directory: string): Promise<{ child: ChildProcess; flag: string }> {
  const source = new URL("../../src/store/lock.ts", import.meta.url).href;
  const script = `import { acquireLock } from ${JSON.stringify(source)};
    globalThis.kept = await acquireLock(${JSON.stringify(directory)});
    console.log(globalThis.kept.held);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [said] = await once(child.stdout!, "data");
  expect(String(said)).toBe("true\n");
  const [name] = readdirSync(directory);
  const flag = join(directory, name!.replace(/@.*/, "@another%20host"));
  renameSync(join(directory, name!), flag);
  return { child, flag };
}

async function release(lock: LockResult): Promise<void> {
  if (!lock.held) throw new Error(`expected the lock, ${lock.holder} has it`);
  await lock.release();
}

describe("acquireLock", () => {
  it("is refused while a process of another host lives, with the process, the host, the time and the file", async () => {
    const directory = temporaryDirectory();
    const { child, flag } = await holderOnAnotherHost(directory);
    const lock = await acquireLock(directory);
    const holder = new RegExp(`^process ${child.pid} on another host since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC$`);
    expect(lock).toEqual({ held: false, holder: expect.stringMatching(holder), flag });
    expect(readdirSync(directory)).toHaveLength(1);
  });

  it("is taken over from a killed process of another host, whose pid says nothing here", async () => {
    const directory = temporaryDirectory();
    const { child } = await holderOnAnotherHost(directory);
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    await release(await acquireLock(directory));
    expect(readdirSync(directory)).toEqual([]);
  });

  it("is not fooled by a pid that another process has by now", async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, `lock-${process.ppid}-0123456789ab@here`), "");
    await release(await acquireLock(directory));
    expect(readdirSync(directory)).toEqual([]);
  });

  it("leaves other files alone, whatever they are called", async () => {
    const directory = temporaryDirectory();
    const names = ["lock-", "lock-file", "package-lock.json", "lock-3.json"];
    for (const name of names) writeFileSync(join(directory, name), "{}");
    await release(await acquireLock(directory));
    expect(readdirSync(directory).sort()).toEqual(names.sort());
  });

  it("is held by one of many at any moment, and by each in the end", async () => {
    const directory = temporaryDirectory();
    let holding = 0;
    const one = async (): Promise<void> => {
      for (;;) {
        const lock = await acquireLock(directory);
        if (!lock.held) continue;
        expect(++holding).toBe(1);
        await new Promise((resolve) => setImmediate(resolve));
        holding--;
        return lock.release();
      }
    };
    await Promise.all(Array.from({ length: 5 }, one));
    expect(readdirSync(directory)).toEqual([]);
  });
});
