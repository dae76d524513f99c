import { useEffect, useState } from "preact/hooks";

export interface Asked<T> {
  readonly answer: T | null;
  readonly error: Error | null;
  /** Asks at once. */
  readonly again: () => void;
}

/** Milliseconds between two questions. */
const every = 10_000;

/**
 * Asks now and every ten seconds while the page is visible. The last answer stays while the next one is awaited.
 * @param key changes with the question
 */
export function useAnswer<T>(key: string, ask: (signal: AbortSignal) => Promise<T>): Asked<T> {
  const [asked, setAsked] = useState<Omit<Asked<T>, "again"> & { readonly key: string }>({
    key,
    answer: null,
    error: null,
  });
  const [turn, setTurn] = useState(0);
  const again = (): void => setTurn((before) => before + 1);
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const askNow = async (): Promise<void> => {
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
      timer = setTimeout(askNow, every);
    };
    void askNow();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [key, turn]);
  return asked.key === key ? { ...asked, again } : { answer: null, error: null, again };
}
