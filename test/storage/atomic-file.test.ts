import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { replaceFileAtomic, replaceFileAtomicSync, writeFileAtomic } from "../../src/storage/atomic-file.ts";
import { appendJsonLine, readJsonFile, readJsonFileLines } from "../../src/storage/json-file.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const killBeforeChange = new URL("../pipelines/kill-before-change.ts", import.meta.url).href;

describe("writeFileAtomic", () => {
  it("creates and replaces a file, and leaves nothing else behind", async () => {
    const directory = temporaryDirectory();
    const path = join(directory, "a.json");
    await writeFileAtomic(path, "one");
    await writeFileAtomic(path, new Uint8Array([116, 119, 111]));
    expect(readFileSync(path, "utf8")).toBe("two");
    expect(readdirSync(directory)).toEqual(["a.json"]);
  });

  it("keeps the old content and leaves no temporary file if the write fails", async () => {
    const directory = temporaryDirectory();
    const path = join(directory, "a.json");
    writeFileSync(path, "old");
    const failing = replaceFileAtomic(path, async (temporary) => {
      writeFileSync(temporary, "half");
      throw new Error("disk full");
    });
    await expect(failing).rejects.toThrow("disk full");
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(directory)).toEqual(["a.json"]);
  });

  it("leaves no temporary file if the rename fails", async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "taken", "inside"), { recursive: true });
    await expect(writeFileAtomic(join(directory, "taken"), "x")).rejects.toThrow();
    expect(readdirSync(directory)).toEqual(["taken"]);
  });

  it("is never seen partly written, whenever the process is killed", async () => {
    const directory = temporaryDirectory();
    const path = join(directory, "state.json");
    const source = new URL("../../src/storage/atomic-file.ts", import.meta.url).href;
    const script = `import { writeFileAtomic } from ${JSON.stringify(source)};
      for (let i = 0; i < 2; i++) await writeFileAtomic(${JSON.stringify(path)}, JSON.stringify(Array(50_000).fill(i)));`;
    const seen: unknown[] = [];
    for (let [nth, killed] = [1, true]; killed; nth++) {
      rmSync(path, { force: true });
      const program = ["--import", killBeforeChange, "--input-type=module", "--eval", script];
      const environment = { ...process.env, KILL_BEFORE_CHANGE: `${nth}` };
      const child = spawn(process.execPath, program, { stdio: "ignore", env: environment });
      const [code, signal] = await once(child, "exit");
      killed = signal !== null;
      expect(killed || code === 0).toBe(true);
      const values: unknown = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : null;
      if (Array.isArray(values)) expect(values).toHaveLength(50_000);
      seen.push(Array.isArray(values) ? values[0] : null);
    }
    expect([...new Set(seen)]).toEqual([null, 0, 1]);
  });
});

describe("replaceFileSync", () => {
  it("creates and replaces a file, even if a killed process left its temporary file", () => {
    const directory = temporaryDirectory();
    const path = join(directory, "a.json");
    writeFileSync(join(directory, ".a.json.tmp"), "longer than what follows");
    replaceFileAtomicSync(path, "one");
    replaceFileAtomicSync(path, new Uint8Array([116, 119, 111]));
    expect(readFileSync(path, "utf8")).toBe("two");
    expect(readdirSync(directory)).toEqual(["a.json"]);
  });
});

describe("JSON lines", () => {
  it("are returned in order, and a missing file is empty", async () => {
    const path = join(temporaryDirectory(), "history.jsonl");
    expect(await readJsonFileLines(path)).toEqual([]);
    for (const epoch of [1, 2, 3]) await appendJsonLine(path, { epoch });
    expect(await readJsonFileLines(path)).toEqual([{ epoch: 1 }, { epoch: 2 }, { epoch: 3 }]);
  });

  it("lose an incomplete last line when they are read and before the next line is added", async () => {
    const path = join(temporaryDirectory(), "history.jsonl");
    writeFileSync(path, `{"epoch":1}\n{"epoch":2,"note":"${"x".repeat(10_000)}`);
    expect(await readJsonFileLines(path)).toEqual([{ epoch: 1 }]);
    await appendJsonLine(path, { epoch: 2 });
    expect(readFileSync(path, "utf8")).toBe('{"epoch":1}\n{"epoch":2}\n');
  });

  it("name the line that is not JSON", async () => {
    const path = join(temporaryDirectory(), "history.jsonl");
    writeFileSync(path, '{"epoch":1}\nnonsense\n');
    await expect(readJsonFileLines(path)).rejects.toThrow(/history\.jsonl, line 2: expected JSON/);
  });
});

describe("readJsonFile", () => {
  it("names the file and every invalid field", async () => {
    const path = join(temporaryDirectory(), "a.json");
    writeFileSync(path, '{"n": "one"}');
    const schema = z.object({ n: z.number(), name: z.string() });
    await expect(readJsonFile(path, schema)).rejects.toThrow(
      /a\.json: these fields are invalid.*\n {2}n: .*\n {2}name: /,
    );
    await expect(readJsonFile(`${path}x`, schema)).rejects.toThrow("a.jsonx: no such file");
  });
});
