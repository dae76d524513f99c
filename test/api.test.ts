// The whole public API must be documented, and users of a result must be able to name every type in it.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { apiPage, readInterface, undocumented } from "../scripts/api.ts";

const api = readInterface();
const device = readInterface("device.ts");
const page = readFileSync(new URL("../docs/api.md", import.meta.url), "utf8");

describe("src/index.ts", () => {
  it("exports functions, types and constants that the compiler knows", () => {
    const kinds = Object.fromEntries(api.exports.map(({ name, kind }) => [name, kind]));
    expect(kinds).toMatchObject({ train: "function", TrainResult: "type", exitCodes: "constant", UserError: "class" });
  });

  it("has a docstring for every export and field", () => {
    expect(undocumented(api)).toEqual([]);
  });

  it("misses none of them in its own judgement", () => {
    const bare = { ...api.exports[0]!, name: "bare", doc: "", fields: [{ name: "field", type: "number", doc: "" }] };
    expect(undocumented({ ...api, exports: [bare] })).toEqual(["bare", "bare.field"]);
  });

  it("exports every type that its exports mention", () => {
    expect(api.unexported).toEqual([]);
  });
});

describe("src/device.ts", () => {
  it("has a docstring for every export and field", () => {
    expect(undocumented(device)).toEqual([]);
  });

  it("exports every type that its exports mention", () => {
    expect(device.exports.length).toBeGreaterThan(10);
    expect(device.unexported).toEqual([]);
  });
});

describe("docs/api.md", () => {
  it("describes both entries as they are (else: npm run api)", () => {
    expect(page).toBe(apiPage(api, device));
  });

  it("names every export of tidemark/device", () => {
    const [, section] = page.split("\n## tidemark/device\n");
    const missing = device.exports.filter(
      ({ name }) => !new RegExp(`^### ${name}$|\\[\`${name}\`\\]`, "m").test(section ?? ""),
    );
    expect(missing.map(({ name }) => name)).toEqual([]);
    expect(section).toMatch(/^### DeviceBatch$/m);
  });
});
