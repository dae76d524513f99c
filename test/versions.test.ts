import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { currentVersions, gitCommit } from "../src/versions.ts";
import { temporaryDirectory } from "./storage/temporary-directory.ts";

it("reads the versions of the installed packages", () => {
  const version = (path: string): string =>
    JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), "utf8")).version;
  expect(currentVersions()).toEqual({
    tidemark: version("package.json"),
    node: process.versions.node,
    onnxruntime: version("node_modules/onnxruntime-node/package.json"),
    duckdb: version("node_modules/@duckdb/node-api/package.json"),
  });
});

it("finds the commit of a repository, and null if there is none", async () => {
  const directory = temporaryDirectory();
  expect(await gitCommit(directory)).toBeNull();
  expect(await gitCommit(`${directory}/absent`)).toBeNull();
  const git = (...words: string[]): string =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...words], {
      cwd: directory,
      encoding: "utf8",
    });
  git("init", "--quiet");
  expect(await gitCommit(directory)).toBeNull();
  git("commit", "--quiet", "--allow-empty", "--no-verify", "--message", "first");
  expect(await gitCommit(directory)).toBe(git("rev-parse", "HEAD").trim());
});
