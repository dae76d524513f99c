// Reads a server's reply up to a maximum size. The server is not trusted, so neither the claimed nor the actual length of its
// reply determines how much memory is used.

import type { Dispatcher } from "undici";

/** Maximum size of an answer in bytes. MLflow's longest answers, for runs with thousands of metrics, are about one megabyte. */
const longestReply: number = 16 * 2 ** 20;
/** Maximum size of an error page in bytes; its status code matters most. */
const longestFault: number = 64 * 2 ** 10;
/** Maximum number of characters quoted from a server in a message. */
const longestQuote = 300;

/**
 * @returns the text. `whole` is false if the answer was not read to its end because it is too long or compressed. In this case,
 * `text` is the beginning of an error page or describes what is wrong with the reply
 */
export async function readServerReply({
  statusCode,
  headers,
  body,
}: Pick<Dispatcher.ResponseData, "statusCode" | "headers" | "body">): Promise<{ text: string; whole: boolean }> {
  const isFault = statusCode >= 300;
  const limit = isFault ? longestFault : longestReply;
  // Ignores errors in the rest of an abandoned body.
  body.on("error", () => {});
  const encoding = String(headers["content-encoding"] ?? "identity").toLowerCase();
  if (encoding !== "identity") {
    body.destroy();
    return {
      text: isFault ? "" : `compressed bytes (${shortenServerReply(encoding)}) that were not requested`,
      whole: false,
    };
  }
  const tooLong = `more than ${limit / 2 ** 20} MiB`;
  if (!isFault && Number(headers["content-length"] ?? 0) > limit) {
    body.destroy();
    return { text: tooLong, whole: false };
  }
  // One growing buffer is used, because many small parts would take up far more memory than their bytes.
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

/** The beginning of a server's text, for a message. */
export function shortenServerReply(text: string): string {
  return text.length <= longestQuote ? text : `${text.slice(0, longestQuote - 1)}…`.toWellFormed();
}
