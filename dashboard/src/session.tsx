// Who uses the pages. If the service requires a token and there is no session, or it has ended, every page is a form that asks
// for a token.

import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { explainedSentence } from "../../src/report/explain-check.ts";
import { getSession, logIn, logOut, type ShownSession } from "./api.ts";

interface Known {
  readonly session: ShownSession | null;
  /** Asks the service again who the caller is. */
  readonly ask: () => void;
}

const Context = createContext<Known>({ session: null, ask: () => {} });

export function useSession(): Known {
  return useContext(Context);
}

export function Session({ children }: { children: ComponentChildren }) {
  const [session, setSession] = useState<ShownSession | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const ask = (): void => {
    getSession().then(
      (known) => {
        setSession(known);
        setFailure(null);
      },
      (error: unknown) => setFailure(messageOf(error)),
    );
  };
  useEffect(ask, []);
  return (
    <Context.Provider value={{ session, ask }}>
      <header>
        <a href="#/" class="brand">
          Tidemark
        </a>
        {session?.expires_at == null ? null : <LogOut name={session.name ?? ""} ask={ask} />}
      </header>
      {failure !== null && session === null ? (
        <main>
          <p class="failure" role="alert">
            {explainedSentence(failure)}{" "}
            <button type="button" onClick={ask}>
              Try again
            </button>
          </p>
        </main>
      ) : session === null ? (
        <main>
          <p class="quiet">Loading …</p>
        </main>
      ) : session.name === null ? (
        <Login done={ask} />
      ) : (
        children
      )}
    </Context.Provider>
  );
}

function LogOut({ name, ask }: { name: string; ask: () => void }) {
  return (
    <p class="session">
      {name}{" "}
      <button type="button" onClick={() => void logOut().finally(ask)}>
        Log out
      </button>
    </p>
  );
}

function Login({ done }: { done: () => void }) {
  const [failure, setFailure] = useState<string | null>(null);
  return (
    <main>
      <h1>Log in</h1>
      <form
        class="login"
        onSubmit={(event) => {
          event.preventDefault();
          const token = String(new FormData(event.currentTarget).get("token")).trim();
          logIn(token).then(done, (error: unknown) => setFailure(messageOf(error)));
        }}
      >
        <p>
          <label for="token">Token</label>
          <input
            id="token"
            name="token"
            type="password"
            autocomplete="current-password"
            required
            aria-describedby="token-help"
          />
        </p>
        <p id="token-help" class="quiet">
          <code>tidemark token create NAME --scope read</code> creates one. To accept, exclude, reset, retire and erase,
          it needs the scope <code>admin</code>.
        </p>
        {failure === null ? null : (
          <p class="failure" role="alert">
            {failure}
          </p>
        )}
        <button type="submit">Log in</button>
      </form>
    </main>
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
