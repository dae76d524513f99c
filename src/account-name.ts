// Name of the user who is running this process. The system's list of users is not read, because it may be on a server.

/** The name from the environment or, if there is none, the user's number. */
export function accountName(): string {
  return process.env.LOGNAME || process.env.USER || `user ${process.getuid?.() ?? "unknown"}`;
}
