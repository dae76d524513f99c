// Builds and packs the package, installs it under the supported versions of Node.js, and tests the result.
import { execFile, execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cache, onNode, withoutRegistry } from "./installed-package.ts";
import { brokenLinks } from "./markdown-links.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest: {
  bin: Record<string, string>;
  exports: Record<string, string | { types: string; default: string }>;
  files: string[];
} = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

// The folder is inside node_modules, so that git ignores it and the dependencies are found.
mkdirSync(cache, { recursive: true });
const home = mkdtempSync(join(cache, "package-test-"));
const out = join(home, "dist");

beforeAll(() => {
  for (const file of ["package.json", ...manifest.files.filter((name) => name !== "dist")])
    cpSync(join(root, file), join(home, file), { recursive: true });
  execFileSync(process.execPath, [join(root, "scripts/build.ts"), out], { stdio: "inherit" });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe("the built package", () => {
  /** Maps a path in the package to the corresponding path in this build. */
  const built = (path: string): string => path.replace(/^(\.\/)?dist/, out);

  it("contains what bin and exports promise", () => {
    const promised = Object.values(manifest.exports).flatMap((entry) =>
      typeof entry === "string" ? [entry] : [entry.types, entry.default],
    );
    for (const path of [...Object.values(manifest.bin), ...promised].filter((name) => !name.includes("*"))) {
      expect(existsSync(path.includes("dist") ? built(path) : join(root, path)), path).toBe(true);
    }
  });

  it("has an executable command with a shebang", () => {
    const command = built(manifest.bin.tidemark!);
    expect(statSync(command).mode & 0o111).toBe(0o111);
    expect(readFileSync(command, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it("exports every command as a function and answers on the command line", () => {
    const script =
      'import * as api from "tidemark"; console.log(typeof api.train, typeof api.predict, typeof api.check, typeof api.driftBench, typeof api.simulate)';
    const run = (...words: string[]): string => execFileSync(process.execPath, words, { cwd: home, encoding: "utf8" });
    expect(run("--input-type=module", "--eval", script)).toBe("function function function function function\n");
    expect(run("dist/interfaces/cli/main.js", "--version")).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("contains no import that ends in .ts", () => {
    for (const file of readdirSync(out, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"))) {
      expect(readFileSync(join(out, file), "utf8"), file).not.toMatch(/(from|import\() ?"\.[^"]*\.ts"/);
    }
  });
});

const absent = withoutRegistry();

describe.skipIf(absent !== undefined)(
  `the installed package${absent === undefined ? "" : ` (skipped: ${absent})`}`,
  () => {
    const readme = readFileSync(join(root, "README.md"), "utf8");
    /** Returns the code blocks of one language in a section of the README. */
    const blocks = (heading: string, language: string): string[] => {
      const section = readme.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
      return [...section.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map((match) => match[1]!);
    };
    /** The warning that Node.js 22 prints when a program uses SQLite. */
    const sqliteWarning = /^\(node:\d+\) ExperimentalWarning: SQLite .*\n\(Use .*\n/m;
    const projects = new Map<string, string>();
    let tarball = "";

    beforeAll(() => {
      const packed = execFileSync("npm", ["pack", "--json", "--ignore-scripts"], {
        cwd: home,
        env: onNode("24"),
        encoding: "utf8",
      });
      const [{ filename }]: [{ filename: string }] = JSON.parse(packed);
      tarball = join(home, filename);
    });
    afterAll(() => {
      for (const project of projects.values()) rmSync(project, { recursive: true, force: true });
    });

    interface Ran {
      readonly status: unknown;
      readonly stdout: string;
      readonly stderr: string;
    }

    /** Runs a program in a project folder, with a user's environment. */
    function run(version: string, program: string, ...words: readonly string[]): Promise<Ran> {
      const cwd = projects.get(version) ?? projects.values().next().value!;
      return new Promise((resolve) => {
        execFile(program, [...words], { cwd, env: onNode(version), encoding: "utf8" }, (error, stdout, stderr) =>
          resolve({ status: error === null ? 0 : (error.code ?? error.signal), stdout, stderr }),
        );
      });
    }

    describe.each(["22.18", "24"])("under Node.js %s", (version) => {
      it("is installed in an empty folder and runs the README's quick start", async () => {
        projects.set(version, mkdtempSync(join(tmpdir(), "tidemark-user-")));
        expect((await run(version, "node", "--version")).stdout).toMatch(new RegExp(`^v${version}\\.`));
        const [install, commands] = blocks("Quick start", "sh");
        expect(install).toContain("../tidemark/tidemark-0.1.0.tgz");
        expect(
          await run(version, "sh", "-ec", install!.replace("../tidemark/tidemark-0.1.0.tgz", tarball)),
        ).toMatchObject({
          status: 0,
        });
        for (const command of commands!.trim().split("\n")) {
          const short = command
            .replace("--out recordings.parquet", "--out recordings.parquet --users 4 --minutes 3")
            .replace("--epochs 15", "--epochs 1 --folds 2");
          const { status, stderr } = await run(version, "sh", "-ec", short);
          // After one epoch of training, the network is too poor for a predictable verdict.
          expect(command.includes(" check ") ? [0, 10, 11] : [0], `${command}\n${stderr}`).toContain(status);
        }
        expect(readFileSync(join(projects.get(version)!, "predictions.csv"), "utf8")).toMatch(
          /^user,recording,start_s,end_s,label/,
        );
      });

      it("runs the README's program", async () => {
        const [program] = blocks("From code", "ts");
        const short = program!.replace('network: "compact"', 'network: "compact", folds: 2, epochs: 1');
        expect(short).not.toBe(program);
        writeFileSync(join(projects.get(version)!, "program.mjs"), short);
        const { status, stderr } = await run(version, "node", "program.mjs");
        expect({ status, stderr: stderr.replace(sqliteWarning, "") }).toEqual({ status: 0, stderr: "" });
      });

      it("runs an example from inside the package", async () => {
        const { status, stdout, stderr } = await run(
          version,
          "node",
          "node_modules/tidemark/examples/read-a-model.mjs",
          "models/first",
        );
        expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
        expect(stdout).toContain("walking");
      });
    });

    it("has no broken links", async () => {
      const installed = join(projects.get("24")!, "node_modules/tidemark");
      const documents = readdirSync(installed, { recursive: true, encoding: "utf8" }).filter((name) =>
        name.endsWith(".md"),
      );
      expect(documents).toEqual(expect.arrayContaining(["README.md", "CHANGELOG.md", "docs/guide.md"]));
      expect(brokenLinks(installed, documents)).toEqual([]);
    });

    it.each(["18", "20", "22.17"])(
      "says in one line at every entry point that Node.js %s is too old",
      async (version) => {
        const entry = "node_modules/tidemark";
        const line = new RegExp(
          `^(error: )?Tidemark needs Node\\.js 22\\.18 or later, but this is ${version}\\.[^\\n]*\\n$`,
        );
        const examples = readdirSync(join(projects.get("24")!, entry, "examples")).filter((name) =>
          /\.[cm]?[jt]s$/.test(name),
        );
        for (const script of [
          manifest.bin.tidemark!,
          ...examples.filter((name) => name !== "check-node.mjs").map((name) => `examples/${name}`),
        ]) {
          const { status, stdout, stderr } = await run(version, "node", `${entry}/${script}`);
          expect({ script, status, stdout }).toEqual({ script, status: 2, stdout: "" });
          expect(stderr, script).toMatch(line);
        }
        const modules = Object.entries(manifest.exports).filter(([, target]) => typeof target !== "string");
        for (const [path] of modules) {
          const name = path.replace(/^\./, "tidemark");
          const program = `import(${JSON.stringify(name)}).catch((error) => console.log(error.message))`;
          expect((await run(version, "node", "--input-type=module", "--eval", program)).stdout, name).toMatch(line);
        }
      },
    );
  },
);
