import { useEffect } from "preact/hooks";
import { NeedsLogin } from "./api.ts";
import { useSession } from "./session.tsx";

/** What went wrong. If the session has ended, the form that asks for a token takes the page's place. */
export function Failure({ error }: { error: Error }) {
  const { ask } = useSession();
  useEffect(() => {
    if (error instanceof NeedsLogin) ask();
  }, [error]);
  return (
    <p class="failure" role="alert">
      The service does not answer: {error.message}. The page tries again every ten seconds.
    </p>
  );
}
