import { UserError } from "../../errors.ts";

const codes: readonly unknown[] = [
  ...["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "ENAMETOOLONG"],
  ...["ENOTDIR", "EISDIR", "EEXIST", "ENOTEMPTY", "ELOOP", "EBUSY", "EXDEV", "EIO"],
];

/** A folder that is none or may not be written to, or a full disk, is no defect: such an error as its user needs it, others as they are. */
export function explainWriteFailure(error: unknown, out: string): unknown {
  if (!(error instanceof Error && "code" in error && codes.includes(error.code))) return error;
  return new UserError(`--out ${out}: could not be written: ${error.message}`, {
    advice: "Check that its folder is one, can be written to and has space left.",
    cause: error,
  });
}
