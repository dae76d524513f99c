import { canonicalJsonToHash, sha256Bytes } from "../../storage/store/hash.ts";

/** The hash of the file that is stored in the file itself: the hash of its canonical JSON, without the key that holds it. */
export function baselineContentHash(file: object): string {
  const { content_hash: _, ...content } = file as { content_hash?: unknown };
  return sha256Bytes(canonicalJsonToHash(content));
}
