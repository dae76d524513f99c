// Kills a process with kill -9 before each change that it makes while replacing a file.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openModelFolder } from "../../src/storage/model-folder.ts";
import { killer, startProgram } from "../pipelines/tiny-run.ts";
import { writtenModel } from "./written-model.ts";

it("opens with the old or the new content if a replacement was killed, and the next replacement completes it", async () => {
  const model = await writtenModel();
  const module = new URL("../../src/storage/replace-model-file.ts", import.meta.url).href;
  const seen = new Set<string>();
  let old = "{}";
  let killed = 0;
  for (let nth = 1; ; nth++) {
    const content = `{"new":${nth}}`;
    const script = `import { replaceModelFile } from ${JSON.stringify(module)};
      await replaceModelFile(${JSON.stringify(model)}, "baseline_stats.json", ${JSON.stringify(content)}, () => ({}));`;
    const words = ["--import", killer, "--input-type=module", "--eval", script];
    const { signal, stderr } = await startProgram(process.execPath, words, model, { KILL_BEFORE_CHANGE: `${nth}` })
      .ended;
    const { manifest } = await openModelFolder(model);
    const found = readFileSync(join(model, "baseline_stats.json"), "utf8");
    expect([old, content]).toContain(found);
    seen.add(found === old ? "old" : "new");
    old = found;
    if (signal !== null) {
      killed++;
      continue;
    }
    expect(stderr).toBe("");
    expect(found).toBe(content);
    expect(manifest).not.toHaveProperty("replacing");
    break;
  }
  expect(killed).toBeGreaterThan(10);
  expect(seen).toEqual(new Set(["old", "new"]));
});
