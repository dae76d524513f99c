// A user's own network: a file whose default export is a function from layers to a network. This module only runs the user's
// file, so that programs that merely read options do not load any layers.

import { UserError } from "../../errors.ts";

/** A user's own network. */
export interface OwnNetwork {
  /** The file as given by the user. */
  readonly file: string;
  /** Hash of `text`. */
  readonly sha256: string;
  /** The content of the file. */
  readonly text: string;
  /** The content with its types removed: an ES module whose default export is a `NetworkFunction`. */
  readonly code: string;
}

/**
 * Runs the module. The module is imported from a `data:` URL that contains it, so the code that runs is exactly the code that
 * was hashed. It also cannot import other files, which the hash would not cover.
 */
export function importOwnNetwork({ code }: Pick<OwnNetwork, "code">): Promise<{ readonly default?: unknown }> {
  return import(/* @vite-ignore */ `data:text/javascript;charset=utf-8,${encodeURIComponent(code)}`);
}

/** The error's message, with the line in the user's file if that file was running. */
export function reasonInOwnNetwork(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  // A stack trace names the module by its address, which is its content; the stack of a syntax error in types begins with the
  // line of the error. Both count lines as in the user's file, because types are replaced by spaces.
  const { stack = "" } = cause;
  const line = (/^:(\d+)\n/.exec(stack) ?? /\bdata:text\/javascript;\S*?:(\d+)(?::\d+\)?)?$/m.exec(stack))?.[1];
  const reason = cause.message.split("\n").find((own) => own.trim() !== "") ?? cause.name;
  return line === undefined ? reason.trim() : `${reason.trim()} (line ${line})`;
}

/** The error for a user's own network. */
export function ownNetworkFault(
  { file }: Pick<OwnNetwork, "file">,
  problem: string,
  cause?: unknown,
  advice = "The guide describes the layers and their shapes: docs/guide.md, section “Your own network”.",
): UserError {
  return new UserError(`--network ${file}: ${problem}`, { advice, cause });
}
