// The scopes of a token: `ingest:PATTERN` allows sending batches for matching streams, `read:PATTERN` allows reading them, and
// `admin` allows everything. Without a pattern, a scope covers all streams. In a pattern, * matches any characters.

import { UserError } from "../errors.ts";

export type ScopeKind = "ingest" | "read" | "admin";

export interface TokenScope {
  readonly kind: ScopeKind;
  /** A pattern for stream names. */
  readonly pattern: string;
}

const expected = "ingest, ingest:PATTERN, read, read:PATTERN or admin";

/** @throws UserError if the text is not a scope */
export function parseTokenScope(written: string): TokenScope {
  const [, kind, pattern = "*"] = /^(ingest|read|admin)(?::(.+))?$/s.exec(written) ?? [];
  if (kind === undefined || (kind === "admin" && written !== "admin")) {
    throw new UserError(`--scope: expected ${expected}, got ${JSON.stringify(written)}`, {
      advice: "For example: --scope 'ingest:wrist-*'",
    });
  }
  return { kind: kind as ScopeKind, pattern };
}

/**
 * Whether any of the scopes allows the action.
 * @param stream null for a request about all streams, which any pattern allows: the answer then contains only matching streams
 */
export function scopesAllow(scopes: readonly TokenScope[], kind: ScopeKind, stream: string | null): boolean {
  return scopes.some(
    (scope) =>
      scope.kind === "admin" || (scope.kind === kind && (stream === null || matchesScope(scope.pattern, stream))),
  );
}

/** @param pattern * matches any characters */
export function matchesScope(pattern: string, stream: string): boolean {
  // Matches greedily from both ends, because a regular expression with many stars could take exponential time.
  const [head = "", ...parts] = pattern.split("*");
  const tail = parts.pop();
  if (tail === undefined) return stream === pattern;
  if (!stream.startsWith(head) || stream.length < head.length + tail.length || !stream.endsWith(tail)) return false;
  let at = head.length;
  for (const part of parts) {
    const found = stream.indexOf(part, at);
    if (found < 0 || found + part.length > stream.length - tail.length) return false;
    at = found + part.length;
  }
  return true;
}
