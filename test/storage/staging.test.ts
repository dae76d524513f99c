import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, realpathSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { UserError } from "../../src/errors.ts";
import { openStaging } from "../../src/storage/staging.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** Starts a process that opens the staging directory, optionally saves a state, prints "open" and keeps running. */
async function holder(out: string, { save }: { save: boolean }): Promise<ChildProcess> {
  const source = new URL("../../src/storage/staging.ts", import.meta.url).href;
  const script = `import { openStaging } from ${JSON.stringify(source)};
    const staging = await openStaging(${JSON.stringify(out)}, { resume: false });
    if (${save}) await staging.saveState({ epoch: 3 });
    console.log("open");
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout!, "data");
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

describe("openStaging", () => {
  it("leaves nothing of a run that saved nothing, not even the parent directories that it created", async () => {
    const directory = temporaryDirectory();
    const staging = await openStaging(join(directory, "models", "deep", "walk"), { resume: false });
    writeFileSync(staging.path("half.bin"), "x");
    expect(existsSync(join(directory, "models", "deep", "walk.partial", "half.bin"))).toBe(true);
    await staging.release();
    expect(readdirSync(directory)).toEqual([]);
  });

  it("keeps a run that saved its state, and asks for --resume", async () => {
    const out = join(temporaryDirectory(), "walk");
    const first = await openStaging(out, { resume: false });
    expect(first.state).toBeNull();
    await first.saveState({ epoch: 3 });
    writeFileSync(first.path("checkpoint.bin"), "x");
    await first.release();
    await expect(openStaging(out, { resume: false })).rejects.toThrow(/interrupted run for .* can be resumed/);
    const second = await openStaging(out, { resume: true });
    expect(second.state).toEqual({ epoch: 3 });
    expect(existsSync(second.path("checkpoint.bin"))).toBe(true);
    await second.discard();
    expect(existsSync(`${out}.partial`)).toBe(false);
  });

  it("says that a run has finished if its model is there and --resume has nothing to continue", async () => {
    const out = join(temporaryDirectory(), "walk");
    mkdirSync(out);
    writeFileSync(join(out, "manifest.json"), "{}");
    await expect(openStaging(out, { resume: true })).rejects.toThrow(/^--resume: the run of .* has finished/);
    await expect(openStaging(out, { resume: false })).rejects.toThrow("never overwritten");
  });

  it("removes what is named like a lock but is not one, and nothing that it links to", async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "walk.partial"));
    mkdirSync(join(directory, "outside"));
    const planted = (host: string): string => join(directory, "walk.partial", `lock-1-aaaaaaaaaaaa@${host}`);
    symlinkSync(join(directory, "outside", "new"), planted("link"));
    symlinkSync(join(directory, "outside"), planted("directory-link"));
    mkdirSync(planted("directory"));
    writeFileSync(planted("%ZZ"), "garbage");
    writeFileSync(join(directory, "outside", "kept"), "");
    const staging = await openStaging(join(directory, "walk"), { resume: false });
    expect(readdirSync(join(directory, "outside"))).toEqual(["kept"]);
    expect(readdirSync(staging.directory)).toHaveLength(1);
    await staging.release();
    expect(readdirSync(directory)).toEqual(["outside"]);
  });

  it.each([false, true])(
    "refuses a staging directory that is a link, and deletes nothing there (resume: %s)",
    async (resume) => {
      const directory = temporaryDirectory();
      mkdirSync(join(directory, "outside"));
      writeFileSync(join(directory, "outside", "kept"), "");
      symlinkSync(join(directory, "outside"), join(directory, "walk.partial"));
      await expect(openStaging(join(directory, "walk"), { resume })).rejects.toThrow(
        /walk\.partial is a symbolic link/,
      );
      expect(readdirSync(join(directory, "outside"))).toEqual(["kept"]);
    },
  );

  it("rejects --resume if nothing was interrupted", async () => {
    const directory = temporaryDirectory();
    await expect(openStaging(join(directory, "walk"), { resume: true })).rejects.toThrow(/no interrupted run/);
    expect(readdirSync(directory)).toEqual([]);
  });

  it("rejects an --out that is a file, is inside one, or is not empty", async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "file"), "");
    mkdirSync(join(directory, "full"));
    writeFileSync(join(directory, "full", "manifest.json"), "{}");
    const open = (name: string): Promise<unknown> => openStaging(join(directory, name), { resume: false });
    await expect(open("file")).rejects.toThrow(/found a file/);
    const under = `expected a directory that does not exist yet, but ${join(directory, "file")} is a file`;
    await expect(open("file/walk")).rejects.toThrow(under);
    await expect(open("file/models/walk")).rejects.toThrow(under);
    await expect(open("full")).rejects.toThrow(/already contains another model/);
    expect(readdirSync(directory).sort()).toEqual(["file", "full"]);
  });

  it.skipIf(process.platform !== "linux")("refuses an --out where the system makes no directory, at once", async () => {
    const words = ["train", "nothing.csv", "--out", "/proc/tidemark/walk"];
    const main = new URL("../../src/interfaces/cli/main.ts", import.meta.url).pathname;
    const ended = spawnSync(process.execPath, [main, ...words], { timeout: 60_000, killSignal: "SIGKILL" });
    expect(ended.status).toBe(2);
    expect(ended.stderr.toString()).toMatch(/^error: \/proc\/tidemark: cannot make a directory in \/proc\n.*place/);
  });

  it("rejects a second run while the first one is alive, in this process or another", async () => {
    const out = join(temporaryDirectory(), "walk");
    const own = await openStaging(out, { resume: false });
    await expect(openStaging(out, { resume: false })).rejects.toThrow(
      new RegExp(`process ${process.pid} .* is training`),
    );
    await own.release();
    const child = await holder(out, { save: false });
    await expect(openStaging(out, { resume: false })).rejects.toThrow(
      new RegExp(`process ${child.pid} .* is training`),
    );
  });

  it("takes over what a killed process left", async () => {
    const out = join(temporaryDirectory(), "walk");
    await kill(await holder(out, { save: true }));
    const staging = await openStaging(out, { resume: true });
    expect(staging.state).toEqual({ epoch: 3 });
    expect(readdirSync(staging.directory).filter((name) => name.startsWith("lock-"))).toHaveLength(1);
    await staging.discard();
    await kill(await holder(out, { save: false }));
    const fresh = await openStaging(out, { resume: false });
    expect(fresh.state).toBeNull();
    await fresh.release();
  });

  it("is not blocked by the lock of an earlier version, whose container is gone", async () => {
    const out = join(temporaryDirectory(), "walk");
    mkdirSync(`${out}.partial`);
    const flag = { pid: 7, host: "a container that is gone", identity: "another boot 1" };
    writeFileSync(join(`${out}.partial`, "lock-7-0123456789ab.json"), JSON.stringify(flag));
    const staging = await openStaging(out, { resume: false });
    await staging.release();
    expect(existsSync(`${out}.partial`)).toBe(false);
  });

  it("gives the directory to one of several concurrent runs", async () => {
    const out = join(temporaryDirectory(), "walk");
    const all = await Promise.allSettled(Array.from({ length: 6 }, () => openStaging(out, { resume: false })));
    expect(all.filter((one) => one.status === "fulfilled").length).toBeLessThanOrEqual(1);
  });

  it("rejects an --out that is a link, whatever its target, and changes nothing", async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "empty"));
    symlinkSync("empty", join(directory, "link"));
    symlinkSync("nowhere", join(directory, "dangling"));
    symlinkSync("loop", join(directory, "loop"));
    const open = (name: string): Promise<unknown> => openStaging(join(directory, name), { resume: false });
    await expect(open("link")).rejects.toMatchObject({
      message: expect.stringContaining("is a symbolic link (to "),
      advice: `Give the folder itself: --out ${join(realpathSync(directory), "empty")}`,
    });
    for (const name of ["dangling", "loop"])
      await expect(open(name)).rejects.toThrow(/symbolic link .* which does not exist/);
    await expect(open("loop/walk")).rejects.toThrow(UserError);
    await expect(open("dangling/walk")).rejects.toThrow(UserError);
    expect(readdirSync(directory).sort()).toEqual(["dangling", "empty", "link", "loop"]);
  });

  it("rejects the name of an alias, which could never be opened, and suggests a different name", async () => {
    const directory = temporaryDirectory();
    await expect(openStaging(join(directory, "walk@champion"), { resume: false })).rejects.toMatchObject({
      message: expect.stringContaining("could never be opened"),
      advice: `Choose another name, for example ${join(directory, "walk-champion")}`,
    });
    expect(readdirSync(directory)).toEqual([]);
  });

  it("rejects an --out inside a model or an unfinished training", async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "walk"));
    for (const name of ["manifest.json", "model.onnx"]) writeFileSync(join(directory, "walk", name), "");
    mkdirSync(join(directory, "run.partial"));
    writeFileSync(join(directory, "run.partial", "run.json"), "{}");
    const open = (name: string): Promise<unknown> => openStaging(join(directory, name), { resume: false });
    await expect(open("walk/a/b")).rejects.toThrow(/lies in .*walk, which is a model/);
    await expect(open("run.partial/model2")).rejects.toThrow(/which is the folder of an unfinished training run/);
    expect(readdirSync(directory).sort()).toEqual(["run.partial", "walk"]);
  });

  it("leaves an empty --out unchanged if nothing is saved", async () => {
    const out = join(temporaryDirectory(), "walk");
    mkdirSync(out, { mode: 0o750 });
    const { ino } = statSync(out);
    const staging = await openStaging(out, { resume: false });
    expect(readdirSync(join(out, "..")).sort()).toEqual(["walk", "walk.partial"]);
    await staging.release();
    expect(statSync(out)).toMatchObject({ ino, mode: 0o40750 });
  });

  // Runs the `train` command in a separate mount namespace, after the command in `mount`.
  const canMount = spawnSync("unshare", ["--user", "--map-root-user", "--mount", "true"]).status === 0;
  const trainAfter = (mount: string, directory: string) => {
    const main = new URL("../../src/interfaces/cli/main.ts", import.meta.url).pathname;
    const script = `${mount} && exec "${process.execPath}" "${main}" train nothing.csv --out walk`;
    const words = ["--user", "--map-root-user", "--mount", "sh", "-c", script];
    return spawnSync("unshare", words, { cwd: directory, encoding: "utf8", timeout: 60_000 });
  };

  it.skipIf(!canMount)("rejects a mount point before doing any work, on the same or a different file system", () => {
    for (const mount of ["mount -t tmpfs none walk", "mount --bind other walk"]) {
      const directory = temporaryDirectory();
      for (const name of ["walk", "other"]) mkdirSync(join(directory, name));
      const { status, stderr } = trainAfter(mount, directory);
      expect(stderr).toMatch(
        /^error: --out walk is a mount point, .*\nChoose a folder inside it, for example walk\/model\n$/,
      );
      expect(status).toBe(2);
      expect(readdirSync(directory).sort()).toEqual(["other", "walk"]);
    }
  });

  it.skipIf(!canMount)("rejects a staging directory on another file system, from which nothing can be moved", () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "walk.partial"));
    const { status, stderr } = trainAfter("mount -t tmpfs none walk.partial", directory);
    expect(stderr).toMatch(/^error: --out walk: no folder can be moved there \(EXDEV.*\n.* same file system/);
    expect(status).toBe(2);
  });
});
