// What is wrong with the data itself, rather than with how a command was called. Readers throw a DataFault, or hand its
// description to who wants all faults of a batch at once; nobody has to read a message to know which it was.

import { UserError } from "../../errors.ts";

/**
 * One of:
 * - `schema`: a column is missing, differs between files or holds text where numbers are expected; or a line is broken
 * - `missing`, `infinite`: more than 1 % of a column's cells are unusable, most of them empty or most of them infinite
 * - `range`: a value that no unit and no movement explains
 * - `time`: time runs backwards within a recording
 * - `lost_time`: too large a share of the time has no samples
 * - `flat`: a channel rests on one value throughout, or most of the time
 * - `too_short`: too little is left to judge
 * - `sampling_rate`: far from the rate that is expected
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

/** Plain, so that it can be stored and sent. */
export interface FaultDescription {
  readonly code: FaultCode;
  readonly message: string;
  /** What to do next. */
  readonly advice?: string;
  readonly file?: string;
  /** 1-based data row of that file. */
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
    super(message, { ...(advice === undefined ? {} : { advice }), ...(cause === undefined ? {} : { cause }) });
    this.description = description;
  }
}

/** Takes note of a fault, after which reading goes on; or throws. */
export type OnFault = (fault: FaultDescription) => void;

export const throwFault: OnFault = (fault) => {
  throw new DataFault(fault);
};
