// Encodes an error for sending it out of a thread, and decodes it. A structured clone would lose the error's class and its
// fields, and callers need both.

import { UserError } from "../errors.ts";
import { OtherContent } from "../monitoring/streams/monitor-stream.ts";
import { TooManyRows } from "../signals/data/open-recordings.ts";
import { StoreUnavailable } from "../storage/store-unavailable.ts";
import { UnknownModel, UnusableModel } from "./served-models.ts";

/** An error in a form that can be sent. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** The parts of a UserError; null for any other error. */
  readonly user: Pick<UserError, "headline" | "details" | "advice" | "exitCode"> | null;
  /** The fields that `explainSystemError` reads. */
  readonly system: SystemFields;
  readonly cause: SentError | null;
}

interface SystemFields {
  readonly code?: string;
  readonly syscall?: string;
  readonly path?: string;
  readonly dest?: string;
}

/** The classes that callers need to tell apart. Any other UserError is decoded as a plain UserError. */
const classes = [UnknownModel, UnusableModel, OtherContent, TooManyRows, StoreUnavailable] as const;

export function sentError(thrown: unknown): SentError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { name, message, stack, cause } = error;
  return {
    name,
    message,
    stack,
    user: error instanceof UserError ? userFieldsOfSentError(error) : null,
    system: systemFieldsOfSentError(error),
    cause: cause instanceof Error ? sentError(cause) : null,
  };
}

export function receivedError(sent: SentError): Error {
  const { name, message, stack, user, system } = sent;
  const cause = sent.cause === null ? {} : { cause: receivedError(sent.cause) };
  let error: Error;
  if (user === null) {
    error = new Error(message, cause);
    if (error.name !== name) error.name = name;
  } else {
    const { headline, details, advice, exitCode } = user;
    const Known = classes.find((own) => own.name === name) ?? UserError;
    error = new Known(headline, { details, exitCode, ...(advice !== undefined && { advice }), ...cause });
  }
  if (stack !== undefined) error.stack = stack;
  return Object.assign(error, system);
}

function userFieldsOfSentError({ headline, details, advice, exitCode }: UserError): NonNullable<SentError["user"]> {
  return { headline, details, advice, exitCode };
}

function systemFieldsOfSentError(error: Error & SystemFields): SystemFields {
  const names = ["code", "syscall", "path", "dest"] as const;
  return Object.fromEntries(names.flatMap((name) => (typeof error[name] === "string" ? [[name, error[name]]] : [])));
}
