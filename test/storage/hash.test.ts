import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { canonicalJsonToHash, sha256Bytes, sha256File } from "../../src/storage/hash.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

// The "abc" example from FIPS 180-4, and the empty message.
const abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

it("gives the same hash for text, bytes and files with the same content", async () => {
  const path = join(temporaryDirectory(), "abc");
  writeFileSync(path, "abc");
  expect(sha256Bytes("abc")).toBe(abc);
  expect(sha256Bytes(new Uint8Array([97, 98, 99]))).toBe(abc);
  expect(await sha256File(path)).toBe(abc);
  writeFileSync(path, "");
  expect(await sha256File(path)).toBe(empty);
});

it("gives the hash of the bytes for a file longer than the read buffer", async () => {
  const path = join(temporaryDirectory(), "long");
  const bytes = Uint8Array.from({ length: 3_000_001 }, (_, i) => (i * 31) % 251);
  writeFileSync(path, bytes);
  expect(await sha256File(path)).toBe(sha256Bytes(bytes));
});

it("writes canonical JSON whatever the order of the keys", () => {
  const text = '{"B":[2,{"x":1,"y":null}],"a":1,"ä":"é"}';
  expect(canonicalJsonToHash({ ä: "é", a: 1, B: [2, { y: null, x: 1 }], none: undefined })).toBe(text);
  expect(canonicalJsonToHash(JSON.parse(text))).toBe(text);
});
