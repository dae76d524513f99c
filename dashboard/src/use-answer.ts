import { useEffect, useState } from "preact/hooks";
import { isLive, listen, type News } from "./live.ts";

export interface Asked<T> {
  readonly answer: T | null;
  readonly error: Error | null;
  /** Asks at once. */
  readonly again: () => void;
}

/**
 * Milliseconds between two requests, without and with a news connection. The connection covers only this replica of the
 * service.
 */
const [everyAlone, everyLive] = [10_000, 60_000];
/**
 * Milliseconds during which further news is collected before the next request, so that a busy fleet does not cause one request
 * per batch.
 */
const gather = 1000;

/**
 * Requests the answer immediately, whenever news arrives, and at intervals while the page is visible. Keeps the last answer
 * until the next one arrives.
 * @param key identifies the request; a new key sends a new request
 * @param concerns decides whether news about a stream may change the answer
 */
export function useAnswer<T>(
  key: string,
  ask: (signal: AbortSignal) => Promise<T>,
  concerns: (news: News) => boolean = () => true,
): Asked<T> {
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
    let gathering: ReturnType<typeof setTimeout> | undefined;
    let busy = false;
    const askNow = async (): Promise<void> => {
      clearTimeout(timer);
      busy = true;
      let failed = false;
      if (document.visibilityState === "visible") {
        try {
          const answer = await ask(stop.signal);
          setAsked({ key, answer, error: null });
        } catch (error) {
          if (stop.signal.aborted) return;
          failed = true;
          setAsked((before) => ({
            key,
            answer: before.key === key ? before.answer : null,
            error: error instanceof Error ? error : new Error(String(error)),
          }));
        }
      }
      busy = false;
      timer = setTimeout(askNow, isLive() && !failed ? everyLive : everyAlone);
    };
    const heard = (): void => {
      clearTimeout(gathering);
      gathering = undefined;
      if (busy) gathering = setTimeout(heard, gather);
      else void askNow();
    };
    const stopListening = listen((news) => {
      if (news !== null && !concerns(news)) return;
      gathering ??= setTimeout(heard, gather);
    });
    const seen = (): void => {
      if (document.visibilityState === "visible" && !busy) void askNow();
    };
    document.addEventListener("visibilitychange", seen);
    void askNow();
    return () => {
      stop.abort();
      stopListening();
      document.removeEventListener("visibilitychange", seen);
      clearTimeout(gathering);
      clearTimeout(timer);
    };
  }, [key, turn]);
  return asked.key === key ? { ...asked, again } : { answer: null, error: null, again };
}
