import { useEffect } from "preact/hooks";
import { explainedSentence } from "../../src/report/explain-check.ts";
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
      {explainedSentence(error.message)} The page asks again every ten seconds.
    </p>
  );
}
