// A folder for the models that test files share; it lasts for one test run. See shared-model.ts.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    sharedModels: string;
  }
}

export default function setup(project: TestProject): () => void {
  const directory = mkdtempSync(join(tmpdir(), "tidemark-shared-"));
  project.provide("sharedModels", directory);
  return () => rmSync(directory, { recursive: true, force: true });
}
