import { UserError } from "../../errors.ts";

const codes: readonly unknown[] = [
  "EACCES",
  "EPERM",
  "EROFS",
  "ENOSPC",
  "EDQUOT",
  "ENAMETOOLONG",
  "ENOTDIR",
  "EISDIR",
  "EEXIST",
  "ENOTEMPTY",
  "ELOOP",
  "EBUSY",
  "EXDEV",
  "EIO",
];

/**
 * Turns system errors that are not bugs (not a folder, not writable, disk full) into a `UserError`; returns other errors
 * unchanged.
 */
export function explainWriteFailure(error: unknown, out: string): unknown {
  if (!(error instanceof Error && "code" in error && codes.includes(error.code))) return error;
  return new UserError(`--out ${out}: could not be written: ${error.message}`, {
    advice: "Check that the path leads to a folder that is writable and has space left on its disk.",
    cause: error,
  });
}
