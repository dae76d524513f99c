import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, it } from "vitest";
import { BodyFolder } from "../../../src/interfaces/server/body-folder.ts";

it("gives every body a file that only this user can read, even if the folder was removed in between", () => {
  const bodies = new BodyFolder();
  const [first, second] = [bodies.newFile(), bodies.newFile()];
  expect(second).not.toBe(first);
  expect(dirname(second)).toBe(dirname(first));
  writeFileSync(first, "a body");
  expect(statSync(dirname(first)).mode & 0o777).toBe(0o700);
  rmSync(dirname(first), { recursive: true });
  const later = bodies.newFile();
  writeFileSync(later, "a body");
  bodies.remove();
  expect(existsSync(dirname(later))).toBe(false);
});
