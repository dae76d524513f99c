// docs/privacy.md must mention every file in a model folder and every library.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { outboxFile } from "../src/report/alert-outbox.ts";
import { modelFiles, trackingFile } from "../src/storage/model-folder.ts";
import { monitorFile } from "../src/storage/monitor-database.ts";

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const page = read("docs/privacy.md");

it.each([...Object.values(modelFiles), trackingFile, monitorFile, outboxFile])("says what is in %s", (file) => {
  const rows = page.split("\n").filter((line) => line.startsWith("|") && line.split("|")[1]!.includes(`\`${file}\``));
  expect(rows).toHaveLength(1);
});

// Only whole words in sentences count: `python_env.yaml` in the table of files does not mention a library.
const sentences = page
  .split("\n")
  .filter((line) => !line.startsWith("|"))
  .join(" ")
  .replaceAll(/`[^`]*`/g, "");
const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(read("package.json"));

it.each(Object.keys(dependencies))("speaks of the library %s", (library) => {
  const names: Readonly<Record<string, string>> = {
    "@duckdb/node-api": "DuckDB",
    "@observablehq/plot": "Observable Plot",
    "onnxruntime-node": "ONNX Runtime",
  };
  const words = names[library] ?? library;
  expect(sentences).toMatch(new RegExp(`(?<![\\w.@/-])${words}(?![\\w/-])`));
});
