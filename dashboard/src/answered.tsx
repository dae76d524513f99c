import type { ComponentChildren } from "preact";
import { Failure } from "./failure.tsx";
import type { Asked } from "./use-answer.ts";

export interface AnsweredProps<T> {
  readonly asked: Asked<T>;
  readonly children: (answer: T) => ComponentChildren;
}

/** Shows the answer to a question, says that it is still awaited, or why there is none. */
export function Answered<T>({ asked: { answer, error }, children }: AnsweredProps<T>) {
  return (
    <>
      {error === null ? null : <Failure error={error} />}
      {answer !== null ? children(answer) : error === null ? <p class="quiet">Loading …</p> : null}
    </>
  );
}
