import type { ComponentChildren } from "preact";
import { Failure } from "./failure.tsx";
import type { Asked } from "./use-answer.ts";

export interface AnsweredProps<T> {
  readonly asked: Asked<T>;
  readonly children: (answer: T) => ComponentChildren;
}

/**
 * Shows the latest answer to a request and, if the last attempt failed, the error; until there is either, says that it is
 * loading.
 */
export function Answered<T>({ asked: { answer, error }, children }: AnsweredProps<T>) {
  return (
    <>
      {error === null ? null : <Failure error={error} />}
      {answer !== null ? children(answer) : error === null ? <p class="quiet">Loading …</p> : null}
    </>
  );
}
