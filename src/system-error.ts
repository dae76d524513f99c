// What the operating system refuses is no defect: a file that may not be read, a full disk, a link that leads in a circle.

import { UserError } from "./errors.ts";

/** By Node's code: what is the matter, and what to do. */
const refusals: Readonly<Record<string, readonly [reason: string, advice: string]>> = {
  EACCES: [
    "permission is denied",
    "Check the permissions of it and of every folder above it, and as whom you run this.",
  ],
  EPERM: [
    "the system does not permit it",
    "Check its owner, its attributes and its permissions, and as whom you run this.",
  ],
  EROFS: ["the file system is read-only", "Choose a place that can be written to."],
  ENOSPC: [
    "no space is left on the device",
    "Free some space there, or choose another place; then run the command again.",
  ],
  EDQUOT: [
    "the quota of disk space is used up",
    "Free some space there, or choose another place; then run the command again.",
  ],
  ENOENT: [
    "there is no such file or folder",
    "Check the path; it is taken relative to the folder the command runs in.",
  ],
  EEXIST: ["it exists already", "Choose another name, or move it away."],
  ENOTEMPTY: ["the folder is not empty", "Choose another name, or empty the folder."],
  ENOTDIR: ["a part of the path is no folder", "Check the path: all its parts but the last must be folders."],
  EISDIR: ["it is a folder", "Name a file."],
  ELOOP: ["its symbolic links lead in a circle", "Repair the link, or name the file that it was meant to lead to."],
  ENAMETOOLONG: ["the name is too long for the file system", "Choose a shorter one."],
  EMFILE: ["this process has too many files open", "Raise the limit (ulimit -n), or run with fewer --jobs."],
  ENFILE: ["the system has too many files open", "Wait until other programs have ended, and run the command again."],
  EBUSY: ["it is in use", "Wait until the program that uses it has ended, and run the command again."],
  ETXTBSY: ["a running program uses it", "Choose another name."],
  EXDEV: ["it lies on another file system", "Choose a place on the same file system."],
  EFBIG: ["the file becomes larger than the system allows", "Choose another place, or raise the limit (ulimit -f)."],
  EIO: ["the device failed", "Check the disk or the connection to it, and run the command again."],
  ESTALE: ["the network file system has lost it", "Mount it again, and run the command again."],
  ENXIO: ["there is no such device", "Name a regular file."],
  ENODEV: ["there is no such device", "Name a regular file."],
  EOPNOTSUPP: ["the file system cannot do it", "Choose a place on another file system."],
  ENOTSUP: ["the file system cannot do it", "Choose a place on another file system."],
};

const deeds: Readonly<Record<string, string>> = {
  open: "be opened",
  read: "be read",
  write: "be written",
  fsync: "be written to the disk",
  ftruncate: "be shortened",
  mkdir: "be made",
  scandir: "be listed",
  opendir: "be listed",
  rename: "be renamed",
  unlink: "be removed",
  rm: "be removed",
  rmdir: "be removed",
  copyfile: "be copied",
  link: "be linked",
  symlink: "be made",
  chdir: "be entered",
};

/** The refusal of the operating system as its user needs it; undefined for every other error. */
export function explainSystemError(error: unknown): UserError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, syscall, path, dest }: NodeJS.ErrnoException & { dest?: string } = error;
  if (code === "ERR_INVALID_ARG_VALUE" && error.message.includes("without null bytes")) {
    return new UserError("a path holds a null byte, which no file system has", {
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
 * The same where a file was to be read, and the system may not say which: the path alone and the reason. Defects and refusals
 * stay as they are.
 */
export function explainReadFailure(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error;
  const { code }: NodeJS.ErrnoException = error;
  if (typeof code !== "string" || !/^E[A-Z0-9]+$/.test(code)) return error;
  const [reason, advice] = Object.hasOwn(refusals, code)
    ? refusals[code]!
    : ["it could not be read", "Check the disk and the file, and run the command again."];
  return new UserError(`${path}: ${reason} (${code})`, { advice, cause: error });
}

/** Whether an unknown error is a system error of this code, as "ENOENT". */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
