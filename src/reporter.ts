// One way to say what happens while work goes on. Injected, and silent unless the caller passes one.

/** Receives warnings and progress while work is running. */
export interface Reporter<Event = never> {
  /** Receives a warning that does not stop the work. Neither it nor `event` may throw. */
  warn(message: string): void;
  /** Receives progress. */
  event(event: Event): void;
}

export const silent: Reporter<unknown> = { warn: () => {}, event: () => {} };

/** What a caller passed; silent in what it left out. */
export function reporterOf<Event>(given: Partial<Reporter<Event>> = {}): Reporter<Event> {
  return { warn: (message) => given.warn?.(message), event: (event) => given.event?.(event) };
}

/** Passes everything on, and keeps the warnings for a result that carries them. */
export function collecting<Event>(
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

/** Tells `listener` of events, too. */
export function tee<Event>(
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
