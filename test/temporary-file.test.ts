import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeFileAtomic } from "../src/storage/atomic-file.ts";
import { temporaryBeside } from "../src/temporary-file.ts";
import { temporaryDirectory } from "./storage/temporary-directory.ts";

/** Creates the file that a process leaves behind if it is killed in the middle of a write. */
function leftover(path: string): string {
  const source = new URL("../src/temporary-file.ts", import.meta.url).href;
  const script = `import { temporaryBeside } from ${JSON.stringify(source)};
    import { writeFileSync } from "node:fs";
    const path = temporaryBeside(${JSON.stringify(path)});
    writeFileSync(path, "half");
    console.log(path);
    process.kill(process.pid, "SIGKILL");`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" });
  return basename(stdout.trim());
}

describe("what a killed process left beside its target", () => {
  it("goes when the same target is written next, and nothing else does", async () => {
    const directory = temporaryDirectory();
    const other = leftover(join(directory, "b.json"));
    const own = leftover(join(directory, "a.json"));
    const foreign = [".a.json.tmp", ".a.json.swp", ".a.json.1.tmp", ".a.json.x.0badc0de-1-0123456789ab.tmp"];
    for (const name of foreign) writeFileSync(join(directory, name), "");
    expect(readdirSync(directory)).toContain(own);
    await writeFileAtomic(join(directory, "a.json"), "{}");
    expect(readdirSync(directory).sort()).toEqual(["a.json", other, ...foreign].sort());
  });

  it("stays while its process lives", async () => {
    const path = join(temporaryDirectory(), "a.json");
    const first = temporaryBeside(path);
    writeFileSync(first, "being written");
    writeFileSync(temporaryBeside(path), "");
    expect(readdirSync(join(path, ".."))).toContain(basename(first));
  });

  it("stays for a day if its process cannot be asked from here, a folder too", async () => {
    const directory = temporaryDirectory();
    const path = join(directory, "walk");
    const elsewhere = join(directory, ".walk.0badc0de-7-0123456789ab.tmp");
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, "model.onnx"), "");
    const start = Date.parse("2026-05-04T00:00:00Z");
    utimesSync(elsewhere, start / 1000, start / 1000);
    const hours = (n: number) => () => start + n * 3_600_000;
    temporaryBeside(path, hours(23));
    expect(readdirSync(directory)).toHaveLength(1);
    temporaryBeside(path, hours(25));
    expect(readdirSync(directory)).toEqual([]);
  });
});
