// Runs the short form of npm run fuzz.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { temporaryDirectory } from "../storage/temporary-directory.ts";
import { formatNames } from "./formats.ts";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

it("300 mutated inputs of each format are accepted or rejected, and do no harm", { timeout: 1_800_000 }, () => {
  const words = ["--runs", "300", "--keep", temporaryDirectory()];
  const { status, stdout } = spawnSync(process.execPath, [main, ...words], { encoding: "utf8" });
  expect(stdout).not.toMatch(/^(defect|hang|crash|memory|partial): /m);
  for (const name of formatNames) expect(stdout).toMatch(new RegExp(`^${name} +300 +\\d+ +\\d+ +0 +0 +0 +0 +0 `, "m"));
  expect(status).toBe(0);
});
