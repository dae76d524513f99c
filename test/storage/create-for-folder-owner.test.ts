import { chownSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createToken } from "../../src/pipelines/tokens.ts";
import { createForFolderOwner } from "../../src/storage/create-for-folder-owner.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const isRoot = process.getuid?.() === 0;

it.skipIf(!isRoot)(
  "leaves files that root creates to the owner of the folder, such as the user of a service",
  async () => {
    const folder = join(temporaryDirectory(), "state");
    mkdirSync(folder);
    chownSync(folder, 1234, 1235);
    const of = (name: string) => {
      const { uid, gid, mode } = statSync(join(folder, name));
      return [uid, gid, (mode & 0o777).toString(8)];
    };
    for (const name of ["gateway", "grafana"])
      await createToken({ tokens: join(folder, "tokens.json") }, { name, scope: ["read"], project: "default" });
    expect(of("tokens.json")).toEqual([1234, 1235, "600"]);
    expect(of("audit.jsonl").slice(0, 2)).toEqual([1234, 1235]);
    expect(readFileSync(join(folder, "audit.jsonl"), "utf8").trim().split("\n")).toHaveLength(2);
  },
);

it("neither follows links nor replaces files", async () => {
  const folder = temporaryDirectory();
  symlinkSync("elsewhere", join(folder, "link"));
  await expect(createForFolderOwner(join(folder, "link"), "text")).rejects.toMatchObject({ code: "EEXIST" });
});
