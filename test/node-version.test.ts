// If Node.js is too old, the command and the package's entry points end with a one-line message. This test only changes the
// version that Node.js reports; test/package.full.test.ts runs old versions.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { expect, it } from "vitest";

const source = (path: string): string => new URL(`../src/${path}`, import.meta.url).href;

function onNode(version: string, program: string): { status: number | null; stdout: string; stderr: string } {
  const claim = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } });`;
  const words = [
    "--import",
    `data:text/javascript,${encodeURIComponent(claim)}`,
    "--input-type=module",
    "--eval",
    program,
  ];
  return spawnSync(process.execPath, words, { encoding: "utf8" });
}

const line = (version: string): string =>
  `Tidemark needs Node.js 22.18 or later, but this is ${version}. Install a current version from https://nodejs.org`;

const caught = ["index.ts", "device.ts"].map(
  (entry) =>
    `await import("${source(entry)}").then(() => console.log("loaded"), (error) => console.log(error.message));`,
);

it.each(["18.20.8", "20.20.2", "22.17.1"])("says on Node.js %s that it is too old", (version) => {
  const command = onNode(version, `import "${source("interfaces/cli/main.ts")}"`);
  expect(command).toMatchObject({ status: 2, stdout: "", stderr: `error: ${line(version)}\n` });
  expect(onNode(version, caught.join("\n")).stdout).toBe(`${line(version)}\n`.repeat(caught.length));
});

it.each(["22.18.0", "23.0.0", "24.1.0", "26.0.0"])("runs on Node.js %s", (version) => {
  expect(onNode(version, caught.join("\n")).stdout).toBe("loaded\n".repeat(caught.length));
});

it.each(["node-version.ts", "refuse-old-node.ts", "interfaces/cli/main.ts"])(
  "keeps %s fit for an old parser",
  (path) => {
    const script = stripTypeScriptTypes(readFileSync(new URL(source(path)), "utf8"));
    // The entry points use no syntax newer than ES2020's import(): no await at the top level, no ?? or ?., no private names.
    expect(script).not.toMatch(/\bawait\b|\?\?|\?\.|#[a-z]+\b(?!!)|\|\|=|&&=/m);
    const imported = [...script.matchAll(/^import .*"(.*)"/gm)].map((match) => match[1]!);
    expect(imported.filter((name) => !name.endsWith("/node-version.ts"))).toEqual([]);
  },
);

it("binds SQL parameters by plain question marks, since Node.js 22 counts ?1 among the named ones", () => {
  const directory = new URL(source("storage/"));
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  expect(files.filter((file) => /\?[1-9]\b/.test(readFileSync(new URL(file, directory), "utf8")))).toEqual([]);
});

it("says nothing in a page, whatever its bundler calls process", () => {
  for (const claimed of ["undefined", "{ env: {} }", "{ versions: {} }"]) {
    const program = `globalThis.process = ${claimed}; const { nodeFault } = await import("${source("node-version.ts")}"); console.log(nodeFault);`;
    expect(spawnSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" }).stdout).toBe(
      "undefined\n",
    );
  }
});
