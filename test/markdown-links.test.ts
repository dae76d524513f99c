// Every relative link in the documentation must lead to a file and a heading. This includes links in the package, which has
// fewer files.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { brokenLinks, relativeLinks } from "./markdown-links.ts";
import { temporaryDirectory } from "./storage/temporary-directory.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { files: published }: { files: string[] } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const documents = execFileSync("git", ["ls-files", "*.md"], { cwd: root, encoding: "utf8" }).trim().split("\n");

it("finds what is broken", () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, "docs"));
  const lines = [
    "# The `--json` answer, field_by field",
    "[here](#the---json-answer-field_by-field) [twice](#again-1) [thrice](#again-2)",
    "## Again",
    "## Again",
    "[up](../README.md) [folder](.) ![picture](absent.png) [out](../../x.md)",
    "`[no link](absent.md)` [web](https://example.org/#x)",
    "```",
    "## Again",
    "[no link](absent.md)",
    "```",
    "[title](page.md#nowhere 'x')",
  ];
  writeFileSync(join(directory, "docs/page.md"), lines.join("\n").replace("'x'", '"x"'));
  writeFileSync(join(directory, "README.md"), '<img src="docs/absent.png"> [page](docs/page.md#again)');
  expect(brokenLinks(directory, ["README.md", "docs/page.md"])).toEqual([
    "README.md:1: docs/absent.png: no such file",
    "docs/page.md:2: #again-2: no such heading",
    "docs/page.md:5: absent.png: no such file",
    "docs/page.md:5: ../../x.md: outside of the root",
    "docs/page.md:11: page.md#nowhere: no such heading",
  ]);
});

it("leads to files and headings that exist", () => {
  expect(documents).toEqual(expect.arrayContaining(["README.md", "CONTRIBUTING.md", "docs/guide.md"]));
  expect(documents.flatMap((file) => relativeLinks(root, file)).length).toBeGreaterThan(50);
  expect(brokenLinks(root, documents)).toEqual([]);
});

it("names tests that exist", () => {
  const page = readFileSync(join(root, "docs/serve.md"), "utf8");
  const named = [...page.matchAll(/`([\w./-]+\.test\.ts)`/g)].map(([, path]) => path!);
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((path) => !existsSync(join(root, "test", path)))).toEqual([]);
});

it("leads from published documents to published files", () => {
  const isPublished = (path: string): boolean => published.some((own) => path === own || path.startsWith(`${own}/`));
  const astray = documents
    .filter(isPublished)
    .flatMap((file) => relativeLinks(root, file))
    .filter(({ file, target }) => {
      const path = target.split("#")[0]!;
      return path !== "" && !isPublished(normalize(join(dirname(file), path)));
    });
  expect(astray).toEqual([]);
});

it("never advises running TypeScript with a Node.js that may be too old for it", () => {
  const texts = execFileSync("git", ["ls-files", "*.md", "bench", "examples", "scripts", "test/**/main.ts"], {
    cwd: root,
  });
  const bare = texts
    .toString()
    .trim()
    .split("\n")
    .filter((file) => /\.(md|ts|mjs)$/.test(file))
    .flatMap((file) =>
      readFileSync(join(root, file), "utf8")
        .split("\n")
        .filter((line) => /(?<!npx )\bnode (src|bench|examples|scripts|test)\/\S+\.ts\b/.test(line))
        .map((line) => `${file}: ${line}`),
    );
  expect(bare).toEqual([]);
});
