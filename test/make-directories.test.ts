import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../src/errors.ts";
import { makeDirectories } from "../src/make-directories.ts";
import { temporaryDirectory } from "./storage/temporary-directory.ts";

describe("makeDirectories", () => {
  it("makes the parents too, and returns the first that it made", async () => {
    const directory = temporaryDirectory();
    const deep = join(directory, "a", "b", "c");
    expect(await makeDirectories(deep)).toBe(join(directory, "a"));
    expect(existsSync(deep)).toBe(true);
    expect(await makeDirectories(deep)).toBeUndefined();
    expect(await makeDirectories(join(directory, "a", "b", "d"))).toBe(join(directory, "a", "b", "d"));
  });

  it("lets many make the same one at once", async () => {
    const directory = temporaryDirectory();
    const all = Array.from({ length: 20 }, (_, i) => makeDirectories(join(directory, "a", "b", String(i % 2))));
    await Promise.all(all);
    expect(readdirSync(join(directory, "a", "b"))).toEqual(["0", "1"]);
  });

  it("takes no file for a directory", async () => {
    const file = join(temporaryDirectory(), "file");
    writeFileSync(file, "");
    await expect(makeDirectories(file)).rejects.toThrow("EEXIST");
    await expect(makeDirectories(join(file, "a", "b"))).rejects.toThrow("ENOTDIR");
  });

  it.skipIf(process.platform !== "linux")("ends where the system makes none, with the place", async () => {
    const error = await makeDirectories("/proc/tidemark/a/b").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toBe("/proc/tidemark: cannot make a directory in /proc");
  });
});
