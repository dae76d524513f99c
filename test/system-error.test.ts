import { mkdir, open, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../src/errors.ts";
import { explainSystemError, explainSystemErrorOnRead } from "../src/system-error.ts";
import { temporaryDirectory } from "./storage/temporary-directory.ts";

describe.skipIf(process.platform === "win32")("explainSystemError", () => {
  it.each<[code: string, what: string, (directory: string) => Promise<unknown>]>([
    ["ENOENT", "be opened", (directory) => readFile(join(directory, "absent"))],
    ["ENOENT", "be renamed", (directory) => rename(join(directory, "absent"), join(directory, "b"))],
    ["ENOTDIR", "be opened", (directory) => readFile(join(directory, "file", "b"))],
    ["EISDIR", "be opened", (directory) => open(directory, "w")],
    ["EISDIR", "be read", (directory) => readFile(directory)],
    ["ELOOP", "be opened", (directory) => readFile(join(directory, "circle"))],
    ["ENAMETOOLONG", "be created", (directory) => mkdir(join(directory, "n".repeat(300)))],
    ["EEXIST", "be created", (directory) => mkdir(directory)],
    ["ENOSPC", "be written", () => writeFile("/dev/full", "text")],
  ])("names the path, what was tried and what to do: %s could not %s", async (code, deed, act) => {
    const directory = temporaryDirectory();
    await writeFile(join(directory, "file"), "");
    await symlink("circle", join(directory, "circle"));
    const error = await act(directory).catch((reason: NodeJS.ErrnoException) => reason);
    if (!(error instanceof Error)) return expect.unreachable();
    const known = explainSystemError(error);
    expect(known).toBeInstanceOf(UserError);
    expect(known!.message).toContain(`could not ${deed}: `);
    expect(known!.message).toContain(`(${code})`);
    if ("path" in error) expect(known!.message).toContain(error.path);
    expect(known!.advice).toMatch(/^[A-Z].*\.$/);
    expect(known!.cause).toBe(error);
  });

  it("explains a path that no system takes", async () => {
    const error = await rm("a\0b").catch((reason: unknown) => reason);
    expect(explainSystemError(error)!.message).toContain("null byte");
  });

  it.each([new Error("a"), new TypeError("b"), Object.assign(new Error("c"), { code: "ERR_X" }), "ENOENT", null])(
    "leaves a defect a defect",
    (error) => {
      expect(explainSystemError(error)).toBeUndefined();
    },
  );
});

describe("explainReadFailure", () => {
  it.each([
    ["EACCES", /^model\.onnx: permission is denied \(EACCES\)$/, /Check the permissions of this path/],
    ["EPERM", /^model\.onnx: the operation is not permitted \(EPERM\)$/, /Check the owner/],
    ["EIO", /^model\.onnx: the device failed \(EIO\)$/, /Check the disk/],
    ["EUNKNOWN", /^model\.onnx: it could not be read \(EUNKNOWN\)$/, /Check the disk/],
  ])("says what %s means, and what to do", (code, message, advice) => {
    const error = explainSystemErrorOnRead(Object.assign(new Error("x"), { code }), "model.onnx");
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ message: expect.stringMatching(message), advice: expect.stringMatching(advice) });
  });

  it("leaves defects and refusals as they are", () => {
    const errors = [
      new RangeError("x"),
      new UserError("y"),
      Object.assign(new Error("z"), { code: "ERR_INVALID_ARG_TYPE" }),
    ];
    for (const error of errors) expect(explainSystemErrorOnRead(error, "a")).toBe(error);
  });
});
