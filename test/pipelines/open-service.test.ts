import { expect, it } from "vitest";
import { isSharedStore } from "../../src/pipelines/open-service.ts";

it("treats every database server as a shared store, however its scheme is written", () => {
  expect(isSharedStore("postgres://user@host/database")).toBe(true);
  expect(isSharedStore("POSTGRESQL://user@host/database")).toBe(true);
  expect(isSharedStore("sqlite:folder")).toBe(false);
});
