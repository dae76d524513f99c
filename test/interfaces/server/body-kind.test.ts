import { expect, it } from "vitest";
import { bodyKind } from "../../../src/interfaces/server/body-kind.ts";

const kind = (type: string, start: string): string => bodyKind(type, Buffer.from(start, "latin1"));

it("follows the type, or the first bytes if the type is generic", () => {
  expect(kind("text/csv; charset=utf-8", "a,b\r\n\t1;2")).toBe("csv");
  expect(kind("", "a,b\n")).toBe("csv");
  expect(kind("application/x-www-form-urlencoded", "PAR1\0\0")).toBe("parquet");
  expect(kind("application/octet-stream", "TMF1\0\0")).toBe("float32");
  expect(kind("text/plain", ' \n{"a": [1]}')).toBe("json");
  expect(kind("application/vnd.tidemark.summary", "\0\u0001")).toBe("summary");
});

it("accepts only what the type says, and no archives or device files as text", () => {
  const cases = [
    ["text/csv", "PAR1", "expected csv"],
    ["text/csv", "PK\u0003\u0004", "expected csv, found bytes that begin with 504b0304"],
    ["", "MD\u0001\0", "expected csv, found bytes that begin with 4d440100"],
    ["application/json", "\u001f\u008b\u0008", "expected json"],
    ["application/vnd.apache.parquet", "a,b", "expected parquet, found bytes that begin with 612c62"],
    ["application/vnd.tidemark.float32", "PAR1", "expected float32, found parquet"],
    ["constructor", "a", 'Content-Type "constructor": expected one of text/csv'],
    ["image/png", "a", 'Content-Type "image/png"'],
  ] as const;
  for (const [type, start, message] of cases) expect(() => kind(type, start), type).toThrow(message);
});
