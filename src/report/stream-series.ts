// Chooses which streams have their own series. Their number is limited because Prometheus keeps all series in memory. If there
// are more streams than the limit, streams in alarm take precedence.

export interface SeriesOfStream {
  readonly model: string;
  readonly stream: string;
}

export class StreamSeries {
  readonly #limit: number;
  readonly #remove: (series: SeriesOfStream) => void;
  readonly #kept = new Map<string, { readonly series: SeriesOfStream; inAlarm: boolean }>();
  readonly #leftOut = new Set<string>();

  /** @param remove removes the series of a stream, either because it is erased or to make room for another stream */
  constructor(limit: number, remove: (series: SeriesOfStream) => void) {
    this.#limit = limit;
    this.#remove = remove;
  }

  /** Number of streams that do not have their own series. */
  get leftOut(): number {
    return this.#leftOut.size;
  }

  /**
   * Gives the stream its own series if there is room, or if the stream is in alarm and can replace one that is not.
   * @returns whether the stream has its own series
   */
  admit(series: SeriesOfStream, inAlarm: boolean): boolean {
    const key = JSON.stringify([series.model, series.stream]);
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      kept.inAlarm = inAlarm;
      return true;
    }
    if (this.#kept.size >= this.#limit && !(inAlarm && this.#makeRoom())) {
      this.#leftOut.add(key);
      return false;
    }
    this.#leftOut.delete(key);
    this.#kept.set(key, { series, inAlarm });
    return true;
  }

  /** Removes the stream's series as if the stream had never existed. */
  erase(series: SeriesOfStream): void {
    const key = JSON.stringify([series.model, series.stream]);
    this.#leftOut.delete(key);
    if (this.#kept.delete(key)) this.#remove(series);
  }

  #makeRoom(): boolean {
    for (const [key, { series, inAlarm }] of this.#kept) {
      if (inAlarm) continue;
      this.#kept.delete(key);
      this.#leftOut.add(key);
      this.#remove(series);
      return true;
    }
    return false;
  }
}
