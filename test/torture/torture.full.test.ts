// Runs the short form of npm run torture.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { courses, killsOf } from "./courses.ts";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

it("1,000 kills include 200 of the service under load", () => {
  const kills = killsOf(Object.keys(courses), 1000);
  expect(kills.get("serve")).toBe(200);
  expect([...kills.values()].reduce((sum, own) => sum + own, 0)).toBe(1000);
});

it("30 kills at random moments lose nothing", { timeout: 1_800_000 }, () => {
  const { status, stdout } = spawnSync(process.execPath, [main, "--kills", "30"], { encoding: "utf8" });
  for (const [name, { skipped = "" }] of Object.entries(courses)) {
    expect(stdout).toMatch(new RegExp(skipped === "" ? `^${name} +[1-9]\\d* +\\d+ +0 ` : `^${name} \\(skipped`, "m"));
  }
  expect(stdout).toMatch(/\n\d+ kills, 0 lost\n$/);
  expect(status).toBe(0);
});
