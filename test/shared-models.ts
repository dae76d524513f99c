// Creates a folder that exists during one test run, for the models that test files share (see shared-model.ts) and for the
// compile cache that the many processes started by tests use. The cache saves a third of their time.
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
  process.env.NODE_COMPILE_CACHE = join(directory, "compiled");
  return () => rmSync(directory, { recursive: true, force: true });
}
