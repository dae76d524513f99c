// Buttons for what only an administrator may do. Each opens a dialog that says what will happen and asks for the reason; the
// keyboard focus stays in the dialog until it is closed.

import { useEffect, useId, useRef, useState } from "preact/hooks";
import { messageOf, useSession } from "./session.tsx";

export interface DecisionProps {
  /** Text of the button, and heading of the dialog. */
  readonly name: string;
  /** What will happen. */
  readonly about: string;
  /** Text that must be typed to confirm the action. */
  readonly confirm?: string;
  readonly decide: (reason: string) => Promise<void>;
}

/** Renders nothing unless the user is an administrator. */
export function Decision(props: DecisionProps) {
  const { session } = useSession();
  const [isOpen, setOpen] = useState(false);
  if (session?.is_admin !== true) return null;
  return (
    <>
      <button type="button" class={props.confirm === undefined ? undefined : "danger"} onClick={() => setOpen(true)}>
        {props.name} …
      </button>
      {isOpen ? <DecisionDialog {...props} close={() => setOpen(false)} /> : null}
    </>
  );
}

function DecisionDialog({ name, about, confirm, decide, close }: DecisionProps & { close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const submit = async (form: HTMLFormElement): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      await decide(String(new FormData(form).get("reason")).trim());
      dialog.current?.close();
    } catch (error) {
      setFailure(messageOf(error));
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} aria-labelledby={`${id}-name`} aria-describedby={`${id}-about`} onClose={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit(event.currentTarget);
        }}
      >
        <h2 id={`${id}-name`}>{name}</h2>
        <p id={`${id}-about`}>{about}</p>
        <p>
          <label for={`${id}-reason`}>Why</label>
          <input id={`${id}-reason`} name="reason" required maxLength={1000} autocomplete="off" />
        </p>
        {confirm === undefined ? null : (
          <p>
            <label for={`${id}-confirm`}>
              Type <strong>{confirm}</strong> to confirm
            </label>
            <input
              id={`${id}-confirm`}
              name="confirm"
              required
              autocomplete="off"
              onInput={({ currentTarget: input }) =>
                input.setCustomValidity(input.value === confirm ? "" : `Type ${confirm}`)
              }
            />
          </p>
        )}
        {failure === null ? null : (
          <p class="failure" role="alert">
            {failure}
          </p>
        )}
        <p class="buttons">
          <button type="submit" class={confirm === undefined ? undefined : "danger"} disabled={busy}>
            {name}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
        </p>
      </form>
    </dialog>
  );
}
