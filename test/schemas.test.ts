import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { schemaFiles } from "../scripts/schemas.ts";

const directory = new URL("../schemas/", import.meta.url);

it("publishes the schemas that the code checks with (else: npm run schemas)", () => {
  const published = Object.fromEntries(
    readdirSync(directory).map((name) => [name, readFileSync(new URL(name, directory), "utf8")]),
  );
  expect(published).toEqual(schemaFiles());
});
