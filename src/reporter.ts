// The only channel through which running work reports warnings and progress. The reporter is passed as a parameter and is
// silent by default.

/** Receives warnings and progress while work is running. */
export interface Reporter<Event = never> {
  /** Receives a warning that does not stop the work. Neither `warn` nor `event` may throw. */
  warn(message: string): void;
  /** Receives progress. */
  event(event: Event): void;
}

export const silent: Reporter<unknown> = { warn: () => {}, event: () => {} };

/** Completes a caller's reporter: missing methods do nothing. */
export function reporterOf<Event>(given: Partial<Reporter<Event>> = {}): Reporter<Event> {
  return { warn: (message) => given.warn?.(message), event: (event) => given.event?.(event) };
}

/** Passes everything on to `reporter`, and collects the warnings for use in a result. */
export function collectingReporter<Event>(
  reporter: Reporter<Event> = silent,
): Reporter<Event> & { readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  return {
    warnings,
    warn: (message) => {
      warnings.push(message);
      reporter.warn(message);
    },
    event: (event) => reporter.event(event),
  };
}

/** Passes everything on to `reporter`, and also passes events to `listener`. */
export function teeReporter<Event>(
  reporter: Reporter<Event>,
  listener: Pick<Reporter<NoInfer<Event>>, "event">,
): Reporter<Event> {
  return {
    warn: (message) => reporter.warn(message),
    event: (event) => {
      reporter.event(event);
      listener.event(event);
    },
  };
}
