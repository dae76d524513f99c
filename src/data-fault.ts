// Describes faults in the data itself, as opposed to incorrect use of a command. Readers throw a DataFault, or pass its
// description to a caller that collects all faults in a batch. The code identifies the fault, so no caller has to parse a
// message.

import { UserError } from "./errors.ts";

/**
 * One of:
 * - `schema`: a column is missing, differs between files or contains text instead of numbers; or a line is malformed
 * - `missing`, `infinite`: more than 1 % of a column's cells are unusable, and most of these are empty or infinite
 * - `range`: a value that no unit or movement can explain
 * - `time`: time runs backwards within a recording
 * - `lost_time`: too large a share of the time has no samples
 * - `flat`: a channel is constant all or most of the time
 * - `too_short`: there is too little usable data to judge
 * - `sampling_rate`: the sampling rate is far from the expected rate
 */
export type FaultCode =
  | "schema"
  | "missing"
  | "infinite"
  | "range"
  | "time"
  | "lost_time"
  | "flat"
  | "too_short"
  | "sampling_rate";

/** A plain object that can be stored and sent. */
export interface FaultDescription {
  readonly code: FaultCode;
  readonly message: string;
  /** What to do next. */
  readonly advice?: string;
  readonly file?: string;
  /** 1-based data row in that file. */
  readonly row?: number;
  readonly column?: string;
  readonly expected: string;
  readonly found: string;
}

export class DataFault extends UserError {
  override readonly name: string = "DataFault";
  readonly description: FaultDescription;

  constructor(description: FaultDescription, cause?: unknown) {
    const { message, advice } = description;
    super(message, { advice, cause });
    this.description = description;
  }
}

/** Either records a fault so that reading can continue, or throws. */
export type OnFault = (fault: FaultDescription) => void;

export const throwDataFault: OnFault = (fault) => {
  throw new DataFault(fault);
};
