// Distinguishes a device's summary from a recording by its first bytes, so that files and requests need not state a type.

/** Number of leading bytes that `isSummary` needs. */
export const summaryHeadBytes = 512;

/** Whether the bytes begin like those from `encodeSummary` or like the JSON from `summaryToJson`. */
export function isSummary(head: Uint8Array): boolean {
  const text = new TextDecoder("latin1").decode(head.subarray(0, summaryHeadBytes));
  if (/^TMS[2-6]/.test(text)) return true;
  // In version 1 of the binary form, the model version follows the first byte: the length of the text, then the text.
  const name = text.slice(2, 2 + head[1]!);
  if (head[0] === 1) return name.length > 0 && head[1]! < 128 && /^[\x20-\x7e\x80-\xff]+$/.test(name);
  return /^\s*\{/.test(text) && /"model_version"\s*:/.test(text) && /"(dropped|by_class)"\s*:/.test(text);
}
