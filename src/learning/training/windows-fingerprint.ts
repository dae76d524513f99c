import { createHash } from "node:crypto";
import type { WindowSet } from "../../signals/data/windows.ts";

/**
 * "sha256:..." hash of everything in a set of windows. Equal fingerprints mean equal windows, so a fit that runs elsewhere
 * can find its windows by this hash.
 */
export function windowsFingerprint(windows: WindowSet): string {
  const { samples, starts, startTimes, labels, groups, recordingIndex, ...plain } = windows;
  const { channels, samplingRateHz, windowSize, classes, users, recordings } = plain;
  const hash = createHash("sha256");
  hash.update(JSON.stringify([channels, samplingRateHz, windowSize, classes, users, recordings, starts.length]));
  for (const { buffer, byteOffset, byteLength } of [samples, starts, startTimes, labels, groups, recordingIndex]) {
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return `sha256:${hash.digest("hex")}`;
}
