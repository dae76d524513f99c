// Receives a request body into a separate file. The limits are applied before the body is read (from Content-Length) and while
// it is being read, both to the bytes as sent and to the decompressed bytes. The file name is never taken from the request.

import { createWriteStream } from "node:fs";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as zlib from "node:zlib";
import type { BodyKind } from "../../pipelines/posted-batch.ts";
import { bodyHeadBytes, bodyKind } from "./body-kind.ts";
import { Problem } from "./problem.ts";

export interface BodyLimits {
  /** Maximum size of a body as sent, in bytes. */
  readonly bodyBytes: number;
  /** Maximum size of a body after decompression, in bytes. */
  readonly batchBytes: number;
  /**
   * Maximum number of rows. The lines of a text table are counted while the body arrives; the rows of other formats are counted
   * when they are read.
   */
  readonly batchRows: number;
}

export interface SentBody {
  readonly headers: Pick<Headers, "get">;
  readonly stream: Readable;
}

export interface ReceivedBody {
  readonly kind: BodyKind;
  readonly sentBytes: number;
  readonly bytes: number;
}

/** @throws Problem 400, 413 or 415 */
export async function receiveBody(
  { headers, stream }: SentBody,
  path: string,
  limits: BodyLimits,
): Promise<ReceivedBody> {
  const announced = Number(headers.get("content-length") ?? 0);
  if (!(announced <= limits.bodyBytes)) throw receivedBodyTooLarge("body", limits.bodyBytes, "bytes");
  const type = headers.get("content-type") ?? "";
  const sent = new CountedBytes((bytes) => {
    if (bytes > limits.bodyBytes) throw receivedBodyTooLarge("body", limits.bodyBytes, "bytes");
  });
  const heads = new BodyHead(type, limits);
  try {
    await pipeline([
      stream,
      sent,
      ...decompressReceivedBody(headers.get("content-encoding")),
      heads,
      createWriteStream(path, { flags: "wx", mode: 0o600 }),
    ]);
  } catch (error) {
    throw receivedBodyProblem(error);
  }
  if (heads.bytes === 0) {
    throw new Problem({
      status: 400,
      title: "Empty batch",
      detail: "expected a batch in the body, found an empty body",
      advice: "With curl, send a file with --data-binary @FILE.",
    });
  }
  return { kind: heads.kind!, sentBytes: sent.bytes, bytes: heads.bytes };
}

class CountedBytes extends Transform {
  bytes = 0;
  readonly #check: (bytes: number) => void;

  constructor(check: (bytes: number) => void) {
    super();
    this.#check = check;
  }

  override _transform(chunk: Uint8Array, _: unknown, done: (error?: Error | null, data?: Uint8Array) => void): void {
    this.bytes += chunk.length;
    try {
      this.#check(this.bytes);
      done(null, chunk);
    } catch (error) {
      done(error as Error);
    }
  }
}

/** Determines the kind of the body from its media type and its first bytes, and counts its bytes and lines. */
class BodyHead extends Transform {
  bytes = 0;
  kind: BodyKind | undefined;
  readonly #type: string;
  readonly #limits: BodyLimits;
  #head: Uint8Array = new Uint8Array();
  #lines = 0;

  constructor(type: string, limits: BodyLimits) {
    super();
    this.#type = type;
    this.#limits = limits;
  }

  override _transform(chunk: Uint8Array, _: unknown, done: (error?: Error | null, data?: Uint8Array) => void): void {
    this.bytes += chunk.length;
    const { batchBytes, batchRows } = this.#limits;
    try {
      if (this.bytes > batchBytes) throw receivedBodyTooLarge("batch after decompression", batchBytes, "bytes");
      if (this.kind === undefined) {
        this.#head = Buffer.concat([this.#head, chunk]).subarray(0, bodyHeadBytes);
        if (this.#head.length === bodyHeadBytes) this.kind = bodyKind(this.#type, this.#head);
      }
      if (this.kind === undefined || this.kind === "csv") {
        this.#lines += countReceivedLines(chunk);
        if (this.#lines > batchRows + 1) throw receivedBodyTooLarge("batch", batchRows, "rows");
      }
      done(null, chunk);
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: (error?: Error | null) => void): void {
    try {
      if (this.bytes > 0) this.kind ??= bodyKind(this.#type, this.#head);
      done();
    } catch (error) {
      done(error as Error);
    }
  }
}

function countReceivedLines(chunk: Uint8Array): number {
  let lines = 0;
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
  return lines;
}

function decompressReceivedBody(encoding: string | null): Transform[] {
  switch (encoding?.trim().toLowerCase() ?? "identity") {
    case "identity":
    case "":
      return [];
    case "gzip":
    case "x-gzip":
      return [zlib.createGunzip()];
    case "zstd":
      return [zlib.createZstdDecompress()];
    default:
      throw new Problem({
        status: 415,
        title: "Unsupported encoding",
        detail: `Content-Encoding ${JSON.stringify(encoding)}: expected gzip, zstd or identity`,
        headers: { "Accept-Encoding": "gzip, zstd" },
      });
  }
}

function receivedBodyTooLarge(what: string, limit: number, unit: "bytes" | "rows"): Problem {
  return new Problem({
    status: 413,
    title: "Batch too large",
    detail: `${what}: expected at most ${limit.toLocaleString("en")} ${unit}, found more`,
    advice: "Send shorter batches, each under its own id.",
    // The rest of the body will not be read.
    headers: { Connection: "close" },
  });
}

function receivedBodyProblem(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Problem) return error;
  const { code }: NodeJS.ErrnoException = error;
  if (code?.startsWith("Z_") || code?.startsWith("ZSTD_") || code === "ERR_BUFFER_TOO_LARGE") {
    return new Problem({
      status: 400,
      title: "Damaged body",
      detail: `the compressed body is truncated or damaged: ${error.message}`,
      advice: "Send it again.",
      cause: error,
    });
  }
  if (error.name === "AbortError" || code === "ECONNRESET" || code === "ERR_STREAM_PREMATURE_CLOSE") {
    return new Problem({
      status: 400,
      title: "Incomplete body",
      detail: "the connection was closed before the complete batch had arrived",
      advice: "Send it again.",
      cause: error,
    });
  }
  return error;
}
