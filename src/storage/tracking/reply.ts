// What a server answers, as far as it is read. Who answers may be anybody, so that neither the length that the answer
// claims nor the one that it has decides about our memory.

import type { Dispatcher } from "undici";

/** MLflow's longest answers, runs with thousands of metrics, are about a megabyte. */
export const longestReply: number = 16 * 2 ** 20;
/** Of an error, whose status says the most. */
export const longestFault: number = 64 * 2 ** 10;
/** Characters of a server's text in a message of ours. */
export const longestQuote = 300;

/**
 * @returns the text. `whole` is false if it was not read to its end, since it is too long or compressed: `text` then is the
 *   beginning of an error, or says what is wrong with an answer
 */
export async function readReply({
  statusCode,
  headers,
  body,
}: Pick<Dispatcher.ResponseData, "statusCode" | "headers" | "body">): Promise<{ text: string; whole: boolean }> {
  const isFault = statusCode >= 300;
  const limit = isFault ? longestFault : longestReply;
  // What is left of a body that was given up.
  body.on("error", () => {});
  const encoding = String(headers["content-encoding"] ?? "identity").toLowerCase();
  if (encoding !== "identity") {
    body.destroy();
    return { text: isFault ? "" : `compressed bytes (${shortened(encoding)}), unasked`, whole: false };
  }
  const tooLong = `more than ${limit / 2 ** 20} MiB`;
  if (!isFault && Number(headers["content-length"] ?? 0) > limit) {
    body.destroy();
    return { text: tooLong, whole: false };
  }
  // One buffer that grows: many small parts would take far more room than their bytes.
  let bytes = Buffer.alloc(2 ** 14);
  let length = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    const kept = part.subarray(0, limit - length);
    if (length + kept.length > bytes.length) {
      const grown = Buffer.alloc(Math.min(limit, 2 * (length + kept.length)));
      bytes.copy(grown, 0, 0, length);
      bytes = grown;
    }
    kept.copy(bytes, length);
    length += kept.length;
    if (kept.length < part.length) return { text: isFault ? bytes.toString() : tooLong, whole: false };
  }
  return { text: bytes.toString("utf8", 0, length), whole: true };
}

/** The beginning of a server's text, fit for a message. */
export function shortened(text: string): string {
  return text.length <= longestQuote ? text : `${text.slice(0, longestQuote - 1)}…`.toWellFormed();
}
