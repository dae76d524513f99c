import { canonicalJsonToHash, sha256Bytes } from "../../storage/hash.ts";

/** The `content_hash` of a file: the hash of its canonical JSON without that key. */
export function baselineContentHash(file: object): string {
  const { content_hash: _, ...content } = file as { content_hash?: unknown };
  return sha256Bytes(canonicalJsonToHash(content));
}
