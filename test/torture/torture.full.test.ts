// Runs the short form of npm run torture.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { courses } from "./courses.ts";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

it("30 kills at random moments lose nothing", { timeout: 1_800_000 }, () => {
  const { status, stdout } = spawnSync(process.execPath, [main, "--kills", "30"], { encoding: "utf8" });
  for (const name of Object.keys(courses)) expect(stdout).toMatch(new RegExp(`^${name} +[1-9]\\d* +\\d+ +0 `, "m"));
  expect(stdout).toMatch(/\n\d+ kills, 0 lost\n$/);
  expect(status).toBe(0);
});
