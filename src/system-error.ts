// Explains operating-system errors that are not defects: a file without read permission, a full disk, a loop of symbolic links.

import { UserError } from "./errors.ts";

/** The reason and advice, by error code, for the system errors that users can meet. */
const refusals: Readonly<Record<string, readonly [reason: string, advice: string]>> = {
  EACCES: [
    "permission is denied",
    "Check the permissions of this path and of every folder above it, and which user runs this command.",
  ],
  EPERM: [
    "the operation is not permitted",
    "Check the owner, attributes and permissions of this path, and which user runs this command.",
  ],
  EROFS: ["the file system is read-only", "Choose a folder that can be written to."],
  ENOSPC: [
    "no space is left on the device",
    "Free some space there, or choose another folder; then run the command again.",
  ],
  EDQUOT: ["the disk quota is used up", "Free some space there, or choose another folder; then run the command again."],
  ENOENT: [
    "there is no such file or folder",
    "Check the path; it is relative to the folder in which the command runs.",
  ],
  EEXIST: ["it already exists", "Choose another name, or move it away."],
  ENOTEMPTY: ["the folder is not empty", "Choose another name, or empty the folder."],
  ENOTDIR: ["a part of the path is not a folder", "Check the path: all parts except the last must be folders."],
  EISDIR: ["it is a folder", "Give the path of a file."],
  ELOOP: ["its symbolic links form a loop", "Repair the link, or give the path of the intended file."],
  ENAMETOOLONG: ["the name is too long for the file system", "Choose a shorter one."],
  EMFILE: ["this process has too many files open", "Raise the limit (ulimit -n), or lower --jobs."],
  ENFILE: ["the system has too many files open", "Wait until other programs have ended, and run the command again."],
  EBUSY: ["it is in use", "Wait until the program that uses this path has ended, and run the command again."],
  ETXTBSY: ["it is a program that is running", "Choose another name."],
  EXDEV: ["it is on another file system", "Choose a folder on the same file system."],
  EFBIG: ["the file would be larger than the system allows", "Choose another folder, or raise the limit (ulimit -f)."],
  EIO: ["the device failed", "Check the disk or the connection to it, and run the command again."],
  ESTALE: [
    "the file no longer exists on the network file system",
    "Mount the file system again, and run the command again.",
  ],
  ENXIO: ["there is no such device", "Give the path of a regular file."],
  ENODEV: ["there is no such device", "Give the path of a regular file."],
  EOPNOTSUPP: ["the file system does not support it", "Choose a folder on another file system."],
  ENOTSUP: ["the file system does not support it", "Choose a folder on another file system."],
};

const deeds: Readonly<Record<string, string>> = {
  open: "be opened",
  read: "be read",
  write: "be written",
  fsync: "be written to the disk",
  ftruncate: "be shortened",
  mkdir: "be created",
  scandir: "be listed",
  opendir: "be listed",
  rename: "be renamed",
  unlink: "be removed",
  rm: "be removed",
  rmdir: "be removed",
  copyfile: "be copied",
  link: "be linked",
  symlink: "be created",
  chdir: "be entered",
};

/** An operating-system error as a UserError; undefined for an error code that is not listed here, and for every other error. */
export function explainSystemError(error: unknown): UserError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, syscall, path, dest }: NodeJS.ErrnoException & { dest?: string } = error;
  if (code === "ERR_INVALID_ARG_VALUE" && error.message.includes("without null bytes")) {
    return new UserError("a path contains a null byte, which no file system allows", {
      advice: "Check the paths.",
      cause: error,
    });
  }
  if (code === undefined || syscall === undefined || !Object.hasOwn(refusals, code)) return undefined;
  const [reason, advice] = refusals[code]!;
  const deed = Object.hasOwn(deeds, syscall) ? deeds[syscall]! : "be accessed";
  const named = path ?? "a file";
  const where = dest === undefined ? named : `${named} (to ${dest})`;
  return new UserError(`${where} could not ${deed}: ${reason} (${code})`, { advice, cause: error });
}

/**
 * Explains an error that occurred while the file `path` was being read, even if the error does not name the file. The message
 * contains only the path, the reason and the error code. Defects and UserErrors are returned unchanged.
 */
export function explainSystemErrorOnRead(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error;
  const { code }: NodeJS.ErrnoException = error;
  if (typeof code !== "string" || !/^E[A-Z0-9]+$/.test(code)) return error;
  const [reason, advice] = Object.hasOwn(refusals, code)
    ? refusals[code]!
    : ["it could not be read", "Check the disk and the file, and run the command again."];
  return new UserError(`${path}: ${reason} (${code})`, { advice, cause: error });
}

/** Whether an unknown error is a system error with this code, such as "ENOENT". */
export function hasSystemErrorCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
