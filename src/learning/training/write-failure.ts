import { UserError } from "../../errors.ts";

const codes: readonly unknown[] = [
  ...["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "ENAMETOOLONG"],
  ...["ENOTDIR", "EISDIR", "EEXIST", "ENOTEMPTY", "ELOOP", "EBUSY", "EXDEV", "EIO"],
];

/**
 * Turns errors that are not defects (not a folder, not writable, disk full) into errors for the user; returns others
 * unchanged.
 */
export function explainWriteFailure(error: unknown, out: string): unknown {
  if (!(error instanceof Error && "code" in error && codes.includes(error.code))) return error;
  return new UserError(`--out ${out}: could not be written: ${error.message}`, {
    advice: "Check that its folder is one, can be written to and has space left.",
    cause: error,
  });
}
