import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openStaging } from "../../src/store/staging.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** A process that opens the staging directory, saves a state where asked, says "open" and stays. */
async function holder(out: string, { save }: { save: boolean }): Promise<ChildProcess> {
  const source = new URL("../../src/store/staging.ts", import.meta.url).href;
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
  it("leaves nothing of a run that saved nothing, not even the parents it made", async () => {
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
    await expect(openStaging(out, { resume: false })).rejects.toThrow(/interrupted run of .* can be resumed/);
    const second = await openStaging(out, { resume: true });
    expect(second.state).toEqual({ epoch: 3 });
    expect(existsSync(second.path("checkpoint.bin"))).toBe(true);
    await second.discard();
    expect(existsSync(`${out}.partial`)).toBe(false);
  });

  it("refuses --resume where nothing was interrupted", async () => {
    const directory = temporaryDirectory();
    await expect(openStaging(join(directory, "walk"), { resume: true })).rejects.toThrow(/no interrupted run/);
    expect(readdirSync(directory)).toEqual([]);
  });

  it("refuses an --out that is a file, lies under one, or holds something", async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "file"), "");
    mkdirSync(join(directory, "full"));
    writeFileSync(join(directory, "full", "manifest.json"), "{}");
    const open = (name: string): Promise<unknown> => openStaging(join(directory, name), { resume: false });
    await expect(open("file")).rejects.toThrow(/found a file/);
    const under = `expected a directory that does not exist yet, but ${join(directory, "file")} is a file`;
    await expect(open("file/walk")).rejects.toThrow(under);
    await expect(open("file/models/walk")).rejects.toThrow(under);
    await expect(open("full")).rejects.toThrow(/holds another model already/);
    expect(readdirSync(directory).sort()).toEqual(["file", "full"]);
  });

  it.skipIf(process.platform !== "linux")("refuses an --out where the system makes no directory, at once", async () => {
    const words = ["train", "nothing.csv", "--out", "/proc/tidemark/walk"];
    const main = new URL("../../src/cli/main.ts", import.meta.url).pathname;
    const ended = spawnSync(process.execPath, [main, ...words], { timeout: 10_000, killSignal: "SIGKILL" });
    expect(ended.status).toBe(2);
    expect(ended.stderr.toString()).toMatch(/^error: \/proc\/tidemark: no directory can be made in \/proc\n.*place/);
  });

  it("refuses a second run while the first one lives, in this process or another", async () => {
    const out = join(temporaryDirectory(), "walk");
    const own = await openStaging(out, { resume: false });
    await expect(openStaging(out, { resume: false })).rejects.toThrow(`being trained by process ${process.pid}`);
    await own.release();
    const child = await holder(out, { save: false });
    await expect(openStaging(out, { resume: false })).rejects.toThrow(`being trained by process ${child.pid}`);
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

  it.skipIf(process.platform !== "linux")("is not fooled by a reused pid", async () => {
    const out = join(temporaryDirectory(), "walk");
    const { hostname } = await import("node:os");
    mkdirSync(`${out}.partial`);
    const flag = { pid: process.pid, host: hostname(), identity: "another boot 1" };
    writeFileSync(join(`${out}.partial`, "lock-1-old.json"), JSON.stringify(flag));
    const staging = await openStaging(out, { resume: false });
    await staging.release();
    expect(existsSync(`${out}.partial`)).toBe(false);
  });

  it("lets one of many that come at once have it", async () => {
    const out = join(temporaryDirectory(), "walk");
    const all = await Promise.allSettled(Array.from({ length: 6 }, () => openStaging(out, { resume: false })));
    expect(all.filter((one) => one.status === "fulfilled").length).toBeLessThanOrEqual(1);
  });
});
