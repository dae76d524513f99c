// Computes a hash over recordings. The hash lets a resumed run, or the user of a stored model, check whether the data is still
// the same.

import { createHash } from "node:crypto";
import { piecesOfRecordings, type RowSource } from "./recordings.ts";

/**
 * sha256 over channel names, stretches, times and values; independent of the file format and chunking, and of file names unless
 * these name the recordings.
 */
export function fingerprint(rows: RowSource): string {
  const hash = createHash("sha256");
  hash.update(`{"channels":${JSON.stringify(rows.channels)},"stretches":[`);
  for (const { user, recording, label, start, end } of rows.stretches()) {
    hash.update(`${start === 0 ? "" : ","}${JSON.stringify([user, recording, label, start, end])}`);
  }
  hash.update("]}");
  for (const piece of fingerprintPieces(rows.stretches()))
    hash.update(fingerprintBytes(rows.time(piece.from, piece.to)));
  for (const channel of rows.channels.keys()) {
    for (const piece of fingerprintPieces(rows.stretches()))
      hash.update(fingerprintBytes(rows.values(channel, piece.from, piece.to)));
  }
  return `sha256:${hash.digest("hex")}`;
}

function* fingerprintPieces(ranges: Iterable<{ start: number; end: number }>): Generator<{ from: number; to: number }> {
  for (const { start, end } of ranges) yield* piecesOfRecordings(start, end);
}

function fingerprintBytes(values: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
