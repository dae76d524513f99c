// News from the service: a server-sent event names a stream with a new verdict or decision, and the pages then reload its data.
// A page opens a single connection, and only while it is visible, because browsers limit the number of connections per service.

/** A stream with a new verdict or decision. */
export interface News {
  readonly model: string;
  readonly stream: string;
}

type Listener = (news: News | null) => void;

const listeners = new Set<Listener>();
/** Milliseconds to wait before reconnecting after the service refused a connection. */
const patience = 30_000;
let source: EventSource | null = null;
let retry: ReturnType<typeof setTimeout> | undefined;

/** Whether the news connection is open. */
export function isLive(): boolean {
  return source?.readyState === EventSource.OPEN;
}

/** @param listener called with null after a reconnection, because news may have been missed in the meantime */
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
    // After a network error, the browser reconnects by itself.
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
