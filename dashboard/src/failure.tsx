import { NeedsToken, rememberToken } from "./api.ts";

/** What went wrong, and a form if the service wants a token. */
export function Failure({ error }: { error: Error }) {
  if (!(error instanceof NeedsToken)) {
    return (
      <p class="failure" role="alert">
        The service does not answer: {error.message}. The page tries again every ten seconds.
      </p>
    );
  }
  return (
    <form
      class="failure"
      onSubmit={(event) => {
        event.preventDefault();
        rememberToken(String(new FormData(event.currentTarget).get("token")).trim());
        location.reload();
      }}
    >
      <p>{error.message}</p>
      <label for="token">Token with the scope read: </label>
      <input id="token" name="token" type="password" autocomplete="off" required />
      <button type="submit">Continue</button>
    </form>
  );
}
