import { useEffect, useState } from "preact/hooks";

export interface Asked<T> {
  readonly answer: T | null;
  readonly error: Error | null;
}

/** Milliseconds between two questions. */
const every = 10_000;

/**
 * Asks now and every ten seconds while the page is visible. The last answer stays while the next one is awaited.
 * @param key changes with the question
 */
export function useAnswer<T>(key: string, ask: (signal: AbortSignal) => Promise<T>): Asked<T> {
  const [asked, setAsked] = useState<Asked<T> & { readonly key: string }>({ key, answer: null, error: null });
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = async (): Promise<void> => {
      if (document.visibilityState === "visible") {
        try {
          const answer = await ask(stop.signal);
          setAsked({ key, answer, error: null });
        } catch (error) {
          if (stop.signal.aborted) return;
          setAsked((before) => ({
            key,
            answer: before.key === key ? before.answer : null,
            error: error instanceof Error ? error : new Error(String(error)),
          }));
        }
      }
      timer = setTimeout(again, every);
    };
    void again();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [key]);
  return asked.key === key ? asked : { answer: null, error: null };
}
