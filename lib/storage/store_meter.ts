/** What a store did so far, for whoever looks into the server. */

import { Histogram, SIZE_BOUNDS } from "../core/histogram.ts";

/** How long changes took to keep, and how many went at once. */
export class StoreMeter {
  /** Changes of one batch. */
  readonly batchSizes: Histogram = new Histogram(SIZE_BOUNDS);
  /** From the beginning of a batch to its end, kept or not, in seconds. */
  readonly commitSeconds: Histogram = new Histogram();
  /** What the disk took of that to make it durable, in seconds; nothing for a database. */
  readonly syncSeconds: Histogram = new Histogram();
  /** Batches that could not be kept. */
  failures = 0;
}
