import { expect, it } from "vitest";
import { numberedVersions, parseVersionName } from "../../src/storage/model-versions.ts";
import type { Registry } from "../../src/storage/registry.ts";

const registry = (versions?: string[]): Registry => ({
  schema_version: 1,
  lines: { walk: { champions: ["walk"], log: [], ...(versions !== undefined && { versions }) } },
});
const made = (name: string, day: number) => ({ name, createdAt: `2026-01-0${day}T00:00:00.000Z` });

it("reads only a number after the last @", () => {
  expect(parseVersionName("walk@3")).toEqual({ line: "walk", number: 3 });
  expect(parseVersionName("a@b@12")).toEqual({ line: "a@b", number: 12 });
  for (const name of ["walk", "walk@champion", "walk@0", "walk@03", "walk@-1", "walk@1.5", "@3", "walk@1234567"]) {
    expect(parseVersionName(name), name).toBe(null);
  }
});

it("numbers versions by age, and never changes a recorded number", () => {
  const all = [made("walk-v2", 2), made("walk", 1), made("joined", 3)];
  expect(numberedVersions(registry(), "walk", all)).toEqual(["walk", "walk-v2", "joined"]);
  const written = registry(["walk", "walk-v2"]);
  // The version "walk" was deleted, and a model that is older than all others has joined the line.
  expect(numberedVersions(written, "walk", [made("walk-v2", 2), made("old", 0), made("v3", 4)])).toEqual([
    "walk",
    "walk-v2",
    "old",
    "v3",
  ]);
  expect(numberedVersions(registry(["a"]), "run", [made("run", 1)])).toEqual(["run"]);
});
