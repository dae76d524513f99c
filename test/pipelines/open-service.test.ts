import { join } from "node:path";
import { expect, it } from "vitest";
import { resolveServeConfig } from "../../src/options/resolve-config.ts";
import { isSharedStore, openService } from "../../src/pipelines/open-service.ts";
import { temporaryDirectory } from "../storage/temporary-directory.ts";

it("treats every database server as a shared store, however its scheme is written", () => {
  expect(isSharedStore("postgres://user@host/database")).toBe(true);
  expect(isSharedStore("POSTGRESQL://user@host/database")).toBe(true);
  expect(isSharedStore("sqlite:folder")).toBe(false);
});

it("names a folder of models that does not exist by the service's own option", async () => {
  const models = join(temporaryDirectory(), "nowhere");
  await expect(openService(resolveServeConfig({ models, checkConfig: true }))).rejects.toThrow(
    `--models ${models}: expected a folder of model folders: ${models}: there is no such file or folder (ENOENT)`,
  );
});
