// Who runs this process. The system's list of users may be on a server, which nothing here should contact.

/** The name from the environment, otherwise the number of the user. */
export function accountName(): string {
  return process.env.LOGNAME || process.env.USER || `user ${process.getuid?.() ?? "unknown"}`;
}
