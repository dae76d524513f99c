// News from the service: server-sent events say which stream has a new verdict or decision, and the pages ask again. One connection
// serves all questions of a page, and only while the page is visible, since a browser allows few connections to one service.

/** A stream about which there is news. */
export interface News {
  readonly model: string;
  readonly stream: string;
}

type Listener = (news: News | null) => void;

const listeners = new Set<Listener>();
/** Milliseconds until a connection that the service refused is tried again. */
const patience = 30_000;
let source: EventSource | null = null;
let retry: ReturnType<typeof setTimeout> | undefined;

/** Whether news arrives by itself at present. */
export function isLive(): boolean {
  return source?.readyState === EventSource.OPEN;
}

/** @param listener gets null if news may have been missed, because the connection was open before and is open again */
export function listen(listener: Listener): () => void {
  listeners.add(listener);
  connect();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) disconnect();
  };
}

function connect(): void {
  if (source !== null || listeners.size === 0 || document.visibilityState !== "visible") return;
  let wasOpen = false;
  source = new EventSource("/v1/events");
  source.addEventListener("open", () => {
    if (wasOpen) tell(null);
    wasOpen = true;
  });
  for (const kind of ["judged", "changed"]) {
    source.addEventListener(kind, ({ data }: MessageEvent<string>) => tell(JSON.parse(data)));
  }
  source.addEventListener("error", () => {
    // After a network error, the browser connects again by itself.
    if (source?.readyState !== EventSource.CLOSED) return;
    disconnect();
    retry = setTimeout(connect, patience);
  });
}

function disconnect(): void {
  clearTimeout(retry);
  source?.close();
  source = null;
}

function tell(news: News | null): void {
  for (const listener of listeners) listener(news);
}

document.addEventListener("visibilitychange", () => {
  disconnect();
  connect();
});
