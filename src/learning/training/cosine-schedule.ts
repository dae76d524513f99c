/** Better than 600 on three data sets; more were not tried (docs/decisions.md). */
const usualSteps = 2000;
/** Large data sets are seen at least this many times. */
const leastEpochs = 8;
const mostWarmupSteps = 60;

/** Number of steps of a schedule of fixed length over which the learning rate rises: at most a tenth of all steps. */
export function cosineScheduleWarmup(fit: {
  readonly windows: number;
  readonly batchSize: number;
  readonly epochs: number;
}): number {
  const steps = fit.epochs * Math.max(1, Math.floor(fit.windows / fit.batchSize));
  return Math.max(1, Math.min(mostWarmupSteps, Math.floor(steps / 10)));
}

/**
 * A schedule of fixed length, in which the learning rate falls along a half cosine (Loshchilov and Hutter 2017, without
 * restarts) from almost twice `learningRate` to almost 0.
 * @param learningRate mean over the epochs
 * @returns one rate per epoch
 */
export function cosineSchedule(
  learningRate: number,
  fit: { readonly windows: number; readonly batchSize: number; readonly maxEpochs: number },
): number[] {
  const stepsPerEpoch = Math.max(1, Math.floor(fit.windows / fit.batchSize));
  const epochs = Math.min(fit.maxEpochs, Math.max(leastEpochs, Math.ceil(usualSteps / stepsPerEpoch)));
  return Array.from(
    { length: epochs },
    (_, epoch) => learningRate * (1 + Math.cos((Math.PI * (epoch + 0.5)) / epochs)),
  );
}
