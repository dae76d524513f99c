// DuckDB's JSON reader recurses into lists and objects without a limit, so a document nested thousands of levels deep would
// crash the process. No recording is nested that deeply, so the bracket depth is checked before DuckDB reads the document.
// Whether the brackets match is checked later by DuckDB.

import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { UserError } from "../../errors.ts";
import { nestingLimit } from "./table-limits.ts";

const [quote, backslash] = [0x22, 0x5c];
/** Braces and square brackets differ in one bit. */
const [opening, closing, braceBit] = [0x5b, 0x5d, 0x20];

/** @throws UserError if the document is nested too deeply */
export async function refuseDeepJson(path: string, stored: string): Promise<void> {
  let [depth, inText, escaped] = [0, false, false];
  const input = createReadStream(stored, { highWaterMark: 2 ** 18 });
  const text = /\.gz$/i.test(stored) ? input.pipe(createGunzip()) : input;
  for await (const bytes of text as AsyncIterable<Uint8Array>) {
    for (const byte of bytes) {
      if (inText) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) inText = false;
      } else if (byte === quote) inText = true;
      else if ((byte & ~braceBit) === opening) depth++;
      else if ((byte & ~braceBit) === closing) depth = Math.max(0, depth - 1);
      if (depth > nestingLimit) {
        throw new UserError(`${path}: expected JSON that is nested at most ${nestingLimit} levels deep, found more.`, {
          advice: "Write one flat object per row, or one list per column.",
        });
      }
    }
  }
}
