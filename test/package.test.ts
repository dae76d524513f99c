// What package.json promises: nothing superfluous in the package, nothing missing from it.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest: {
  files: string[];
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  engines: { node: string };
} = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

function packagesImportedUnder(directory: string): Set<string> {
  const names = new Set<string>();
  for (const file of readdirSync(join(root, directory), { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts")) continue;
    const text = readFileSync(join(root, directory, file), "utf8");
    for (const [, name] of text.matchAll(
      /(?:\bfrom\s+|\bimport\s*\(?\s*)"((?:@[a-z0-9-]+\/)?[a-z][a-z0-9.-]*)(?:\/[^"]*)?"/g,
    )) {
      names.add(name!);
    }
  }
  return names;
}

describe("package.json", () => {
  it("lists exactly the packages that src imports", () => {
    expect([...packagesImportedUnder("src")].filter((name) => !name.startsWith("node")).sort()).toEqual(
      Object.keys(manifest.dependencies).sort(),
    );
  });

  it("runs nothing when it is installed", () => {
    for (const script of ["preinstall", "install", "postinstall"]) expect(manifest.scripts).not.toHaveProperty(script);
  });

  it("asks for the Node version that every entry point checks", () => {
    expect(manifest.engines.node).toBe(">=22.18");
    expect(readFileSync(join(root, "src/node-version.ts"), "utf8")).toContain("22.18 or later");
  });

  it("publishes only the files it lists, and these exist", () => {
    expect(manifest.files).toEqual(["dist", "schemas", "README.md", "CHANGELOG.md", "LICENSE"]);
    for (const file of manifest.files.filter((name) => name !== "dist"))
      expect(existsSync(join(root, file)), file).toBe(true);
  });
});
