import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UserError } from "../../src/errors.ts";
import { checkStreamName, defaultStream, rollingReferencePathOfStream } from "../../src/storage/stream-names.ts";

const folder = (stream: string): string => rollingReferencePathOfStream(stream).split(/[\\/]/).slice(1, -1).join("/");

describe("rollingReferencePath", () => {
  it("is the model folder's own file for the default stream, and one in a readable folder for others", () => {
    expect(rollingReferencePathOfStream(defaultStream)).toBe("rolling_reference.json");
    expect(folder("phone-7_left")).toBe("phone-7_left");
    expect(folder("Max Müller")).toMatch(/^max-m-ller~[0-9a-f]{16}$/);
  });

  it.each(["../../etc", "a/b", "a\\b", ".", "..", "con", "LPT1", "a.", " a", "-rf", "a\0b", "κ", "x".repeat(200)])(
    "makes one plain folder of %j",
    (stream) => expect(folder(stream)).toMatch(/^[a-z0-9_-]{0,40}~[0-9a-f]{16}$/),
  );

  it("gives different names different folders, even on a case-insensitive file system", () => {
    const near = fc.stringMatching(/^[aA .~-]{1,4}$/);
    fc.assert(
      fc.property(near, near, (a, b) => {
        expect(folder(a).toLowerCase() === folder(b).toLowerCase()).toBe(a === b);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("checkName", () => {
  it("accepts any text of 1 to 200 characters, and rejects others", () => {
    for (const name of ["a", "日本 / ../\n", "x".repeat(200)]) expect(checkStreamName("stream", name)).toBe(name);
    for (const name of ["", " \t", "x".repeat(201), "\ud800"]) {
      expect(() => checkStreamName("batch id", name)).toThrow(UserError);
    }
    expect(() => checkStreamName("stream", "x".repeat(201))).toThrow(
      /stream: expected .* 1 to 200 characters, got 201/,
    );
  });
});
