// Ctrl-C, and SIGTERM, which schedulers send: the first one asks the work to stop, which it does at its next safe
// point; the second ends the process at once.
import { exitCodes } from "../../errors.ts";

/** Runs `work` with a signal that is aborted by the first SIGINT or SIGTERM; `onStopping` is told about it. */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  onStopping: (message: string) => void,
): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort();
    onStopping("stopping; a second Ctrl-C stops at once");
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
