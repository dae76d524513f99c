// Determines the type of a body's content from the `Content-Type` header, or from its first bytes if that header is unspecific,
// as with `curl --data-binary`.

import type { BodyKind } from "../../pipelines/posted-batch.ts";
import { Problem } from "./problem.ts";

/** Each accepted media type and its meaning. */
const mediaTypes: Readonly<Record<string, BodyKind>> = {
  "text/csv": "csv",
  "application/vnd.apache.parquet": "parquet",
  "application/json": "json",
  "application/vnd.tidemark.float32": "float32",
  "application/vnd.tidemark.summary": "summary",
  "application/vnd.tidemark.summary+json": "summary",
};

/** What a body of each type contains. */
export const bodyDocs: Readonly<Record<string, string>> = {
  "text/csv": "a text table",
  "application/vnd.apache.parquet": "a Parquet file",
  "application/json": 'columns, such as {"timestamp_s": [0], "Ax": [9.8]}, or a list of records',
  "application/vnd.tidemark.float32": "numbers; see docs/serve.md",
  "application/vnd.tidemark.summary": "a summary in the binary format of tidemark/device",
  "application/vnd.tidemark.summary+json": "a summary as JSON",
};

/** Media types that clients send by default. */
const unspecific: ReadonlySet<string> = new Set([
  "",
  "application/octet-stream",
  "application/x-www-form-urlencoded",
  "text/plain",
]);

const starts: readonly (readonly [start: string, kind: BodyKind])[] = [
  ["PAR1", "parquet"],
  ["TMF1", "float32"],
];

/** Number of bytes at the beginning that `bodyKind` examines. */
export const bodyHeadBytes = 512;

/**
 * @param contentType the header, or "" if it is missing
 * @param head the first bytes after decompression
 * @throws Problem 415 if the type is unknown, or contradicts the first bytes
 */
export function bodyKind(contentType: string, head: Uint8Array): BodyKind {
  const type = contentType.split(";", 1)[0]!.trim().toLowerCase();
  const text = new TextDecoder("latin1").decode(head);
  const found = starts.find(([start]) => text.startsWith(start))?.[1];
  const declared = Object.hasOwn(mediaTypes, type) ? mediaTypes[type] : undefined;
  if (declared === undefined && !unspecific.has(type)) {
    throw unsupportedBody(
      `Content-Type ${JSON.stringify(type)}: expected one of ${Object.keys(mediaTypes).join(", ")}`,
    );
  }
  const kind = declared ?? found ?? (/^\s*[[{]/.test(text) ? "json" : "csv");
  if (kind === "summary") return kind;
  const isText = kind === "csv" || kind === "json";
  if (isText ? found !== undefined || isBinaryBody(head) : found !== kind) {
    throw unsupportedBody(`expected ${kind}, found ${describeBodyStart(found, head)}`);
  }
  return kind;
}

/**
 * Text contains no control characters except tabs and line ends. Archives and binary files from devices do contain such
 * characters.
 */
function isBinaryBody(head: Uint8Array): boolean {
  return head.some((byte) => byte < 32 && byte !== 9 && byte !== 10 && byte !== 13);
}

function describeBodyStart(found: BodyKind | undefined, head: Uint8Array): string {
  if (found !== undefined) return found;
  return `bytes that begin with ${Buffer.from(head.subarray(0, 8)).toString("hex")}`;
}

function unsupportedBody(detail: string): Problem {
  return new Problem({
    status: 415,
    title: "Unsupported batch",
    detail,
    advice: "Send CSV, Parquet, JSON columns, float32 numbers or a summary, each also with gzip or zstd.",
  });
}
