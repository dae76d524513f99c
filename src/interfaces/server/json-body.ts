// Reads a small JSON body, such as a decision and its reason.

import type { Readable } from "node:stream";
import type { z } from "zod";
import { Problem } from "./problem.ts";

/** Maximum size of a body; generous, because a token, or a reason of a few sentences, is much shorter. */
const mostBytes = 16_384;

/** @throws Problem 400, 413, 415 or 422 */
export async function readJsonBody<T>(
  { headers, body }: { readonly headers: Headers; readonly body: Readable },
  schema: z.ZodType<T>,
): Promise<T> {
  const type = headers.get("content-type") ?? "";
  // Browsers send this type to another site only after a preflight request.
  if (!/^application\/json *(;|$)/i.test(type)) {
    throw new Problem({
      status: 415,
      title: "Unsupported body",
      detail: `Content-Type: expected application/json, got ${JSON.stringify(type)}`,
    });
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (!(bytes <= mostBytes)) {
      throw new Problem({ status: 413, title: "Body too large", detail: `body: expected at most ${mostBytes} bytes` });
    }
    chunks.push(chunk);
  }
  const parsed = schema.safeParse(jsonOfBody(Buffer.concat(chunks).toString("utf8")));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
  throw new Problem({ status: 422, title: "Unusable body", detail: faults.join("; ") });
}

function jsonOfBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem({ status: 400, title: "Damaged body", detail: "body: expected JSON" });
  }
}
