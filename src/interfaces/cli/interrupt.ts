// Handles SIGINT (Ctrl-C) and SIGTERM (sent by schedulers). The first signal requests a stop at the next safe point; the second
// ends the process at once.
import { exitCodes } from "../../errors.ts";

/**
 * Runs `work` with an abort signal that the first SIGINT or SIGTERM triggers; `onStopping` then receives a message for the
 * user.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  onStopping: (message: string) => void,
): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort();
    onStopping("stopping at the next step; press Ctrl-C again to stop at once");
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  try {
    return await work(controller.signal);
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
}
