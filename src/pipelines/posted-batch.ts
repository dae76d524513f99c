// A batch that was sent to the service: its names, and a file with its content.

import type { PostedColumn } from "../push-options.ts";
import type { CheckOptions } from "../resolve-config.ts";

export const bodyKinds = ["csv", "parquet", "json", "float32", "summary"] as const;
export type BodyKind = (typeof bodyKinds)[number];

/** Options that say how the columns of a batch are read, as `check` takes them. */
export type PostedColumns = Partial<Pick<CheckOptions, PostedColumn>>;

export interface PostedBatch {
  /** Who the stream belongs to. */
  readonly project: string;
  /** A model folder's name, or LINE@champion. */
  readonly model: string;
  readonly stream: string;
  readonly batch: string;
  readonly body: {
    readonly kind: BodyKind;
    /** A file of the service. Nothing in its path comes from the sender. */
    readonly path: string;
  };
  readonly columns: PostedColumns;
  /** When its last data were recorded, as the sender says; null if the sender does not say it. */
  readonly dataTime: Date | null;
}
