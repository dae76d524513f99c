import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { acquireLock, type LockResult } from "../../src/storage/lock.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** Starts a process that holds a directory's lock until it is killed, under the file name that another host would use. */
async function holderOnAnotherHost(
  directory: string,
  host = "another%20host",
): Promise<{ child: ChildProcess; flag: string }> {
  const source = new URL("../../src/storage/lock.ts", import.meta.url).href;
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
  const flag = join(directory, name!.replace(/@.*/, `@${host}`));
  renameSync(join(directory, name!), flag);
  return { child, flag };
}

async function release(lock: LockResult): Promise<void> {
  if (!lock.held) throw new Error(`expected the lock, ${lock.holder} has it`);
  await lock.release();
}

describe("acquireLock", () => {
  it("is rejected while a process on another host is alive, with the process, the host, the time and the file", async () => {
    const directory = temporaryDirectory();
    const { child, flag } = await holderOnAnotherHost(directory);
    const lock = await acquireLock(directory);
    const holder = new RegExp(`^process ${child.pid} on another host since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC$`);
    expect(lock).toEqual({ held: false, holder: expect.stringMatching(holder), flag });
    expect(readdirSync(directory)).toHaveLength(1);
  });

  it("is taken over from a killed process on another host, whose pid has no meaning here", async () => {
    const directory = temporaryDirectory();
    const { child } = await holderOnAnotherHost(directory);
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    await release(await acquireLock(directory));
    expect(readdirSync(directory)).toEqual([]);
  });

  it("is not fooled by a pid that another process has reused", async () => {
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

  it.each(["%ZZ", "%FF", "%"])("shows a host name unchanged if it is not a valid encoding: %s", async (host) => {
    const directory = temporaryDirectory();
    const { flag } = await holderOnAnotherHost(directory, host);
    const lock = await acquireLock(directory);
    expect(lock).toEqual({ held: false, holder: expect.stringContaining(` on ${host} since `), flag });
  });

  describe.each(["lock-1-aaaaaaaaaaaa@evil", "lock-1-aaaaaaaaaaaa@%ZZ", "lock-1-abc.json"])(
    "of a planted %s",
    (name) => {
      it.each<[string, (path: string, outside: string) => void]>([
        ["a link to nothing", (path, outside) => symlinkSync(join(outside, "new"), path)],
        ["a link to an empty file", (path, outside) => symlinkSync(join(outside, "empty"), path)],
        ["a link to a database", (path, outside) => symlinkSync(join(outside, "database"), path)],
        ["a link to itself", (path) => symlinkSync(path, path)],
        ["a link to a directory", (path, outside) => symlinkSync(outside, path)],
        ["a directory", (path) => mkdirSync(path)],
        ["a pipe", (path) => void execFileSync("mkfifo", [path])],
      ])("takes no notice: %s", async (_, plant) => {
        const [directory, outside] = [temporaryDirectory(), temporaryDirectory()];
        writeFileSync(join(outside, "empty"), "");
        const database = new DatabaseSync(join(outside, "database"));
        onTestFinished(() => database.close());
        // This transaction would make an exclusive transaction on the file fail.
        database.exec("CREATE TABLE t (x); BEGIN; SELECT * FROM t");
        plant(join(directory, name), outside);
        await release(await acquireLock(directory));
        expect(readdirSync(directory)).toEqual([name]);
        expect(readdirSync(outside).sort()).toEqual(["database", "empty"]);
      });
    },
  );

  it.each(["garbage", "SQLite format 3\0"])("ignores a flag file that is not empty: %j", async (content) => {
    const directory = temporaryDirectory();
    const path = join(directory, "lock-1-aaaaaaaaaaaa@evil");
    writeFileSync(path, content);
    await release(await acquireLock(directory));
    expect(readFileSync(path, "utf8")).toBe(content);
  });

  it("reads neither a journal next to a flag file nor the target of a link", async () => {
    const [directory, outside] = [temporaryDirectory(), temporaryDirectory()];
    const flag = join(directory, "lock-1-aaaaaaaaaaaa@evil");
    writeFileSync(flag, "");
    for (const suffix of ["-journal", "-wal"]) {
      writeFileSync(join(outside, suffix), "mine");
      symlinkSync(join(outside, suffix), flag + suffix);
    }
    await release(await acquireLock(directory));
    for (const suffix of ["-journal", "-wal"]) expect(readFileSync(join(outside, suffix), "utf8")).toBe("mine");
    expect(readdirSync(outside)).toHaveLength(2);
    expect(existsSync(join(directory, "lock-1-aaaaaaaaaaaa@evil-shm"))).toBe(false);
  });

  it("is held by one of many processes at a time, and eventually by each", async () => {
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
