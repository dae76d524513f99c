// One hash of what was read, so that a resumed run or a stored model can tell whether the data are the same.

import { createHash } from "node:crypto";
import type { Recordings } from "./recordings.ts";

/** sha256 of channel names, stretches, times and values: independent of file format, file names and chunking. */
export function fingerprint(recordings: Omit<Recordings, "fingerprint" | "files">): string {
  const hash = createHash("sha256");
  const stretches = recordings.stretches.map(({ user, recording, label, start, end }) => [
    user,
    recording,
    label,
    start,
    end,
  ]);
  hash.update(JSON.stringify({ channels: recordings.channels, stretches }));
  hash.update(bytesOf(recordings.time));
  for (const values of recordings.values) hash.update(bytesOf(values));
  return `sha256:${hash.digest("hex")}`;
}

function bytesOf(values: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
