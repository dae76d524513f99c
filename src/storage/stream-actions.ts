// What users do to streams and their batches, as a stream store records it.

/** Author, time and reason of an action. */
export interface ActionNote {
  /** When it was done; ISO 8601, UTC. */
  readonly at: string;
  /** Name of the user. */
  readonly who: string;
  /** The reason; null if none was given. */
  readonly reason: string | null;
}

/** The kinds of actions on a stream or on one of its batches. */
export type UserAction = "accept" | "exclude" | "reset" | "rename" | "retire" | "erase";

/** An action on a batch, with its author, time and reason. */
export interface DecisionNote extends ActionNote {
  readonly action: "accept" | "exclude";
}

/** A recorded action on a stream or on one of its batches. */
export interface StreamAction extends ActionNote {
  /** What was done. */
  readonly action: UserAction;
  /** The stream's current name; for an erased stream, the text that replaces it. */
  readonly stream: string;
  /**
   * The id of a batch that was accepted or excluded, or the previous name of a renamed stream; null for other actions, and for
   * an erased stream.
   */
  readonly subject: string | null;
}
