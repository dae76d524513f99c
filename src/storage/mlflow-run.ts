// Types for the runs on an MLflow server and for the data that is logged to them.

export interface MlflowRun {
  readonly runId: string;
  readonly experimentId: string;
  readonly artifactUri: string;
  readonly tags: Readonly<Record<string, string>>;
  /** The last step that was logged for each metric. */
  readonly lastSteps: Readonly<Record<string, number>>;
}

export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

export interface MetricPoint {
  readonly key: string;
  readonly value: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly step: number;
  /** The logged model that the value describes. */
  readonly model_id?: string;
}
