/** Where a function reports what happens while it runs. Injected; silent unless the caller passes one. */
export interface Logger {
  /** Progress a user may want to see. */
  info(message: string): void;
  /** Something a user must know although the work goes on. */
  warn(message: string): void;
}

export const silentLogger: Logger = { info: () => {}, warn: () => {} };
