/**
 * Group commit: one commit in flight, and everything asked for meanwhile goes into the next. With a
 * sync of 0.25 ms this is 14 times as many durable changes a second for 32 clients as one sync for
 * each, and 80 times for 256 (measured).
 */

import { beginSpan } from "../core/spans.ts";
import type { StoreMeter } from "./store_meter.ts";

/** Collects operations into batches and commits one batch after another. */
export class GroupCommit<Operation, Outcome> {
  readonly #commit: (batch: readonly Operation[]) => Promise<readonly Outcome[]>;
  readonly #most: number;
  readonly #sizeOf: (operation: Operation) => number;
  readonly #meter: StoreMeter | undefined;
  #waiting: Waiting<Operation, Outcome>[] = [];
  #running: Promise<void> | undefined;

  /**
   * Batches for one function.
   *
   * @param commit makes a batch durable and gives an outcome for each operation, in order. When it
   * rejects, every operation of the batch rejects.
   * @param options.most operations of one batch; the rest waits for the next
   * @param options.sizeOf what an operation counts as, where that differs; one that is too large goes
   * alone
   * @param options.meter is told of every batch
   */
  constructor(
    commit: (batch: readonly Operation[]) => Promise<readonly Outcome[]>,
    { most = Infinity, sizeOf = () => 1, meter }: {
      readonly most?: number;
      readonly sizeOf?: (operation: Operation) => number;
      readonly meter?: StoreMeter | undefined;
    } = {},
  ) {
    this.#commit = commit;
    this.#most = most;
    this.#sizeOf = sizeOf;
    this.#meter = meter;
  }

  /** Resolves when the operation was committed. */
  submit(operation: Operation): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ operation, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing is waiting or being committed. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // Requests that arrived in the same turn of the event loop shall share the first batch.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#nextBatch();
      try {
        const outcomes = await this.#measured(batch.map(({ operation }) => operation));
        for (const [index, { resolve }] of batch.entries()) resolve(outcomes[index]!);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#running = undefined;
  }

  async #measured(batch: readonly Operation[]): Promise<readonly Outcome[]> {
    const meter = this.#meter;
    if (meter === undefined) return await this.#commit(batch);
    const span = beginSpan("store commit", { "parley.changes": batch.length });
    meter.batchSizes.observe(batch.length);
    const begun = performance.now();
    try {
      return await this.#commit(batch);
    } catch (error) {
      meter.failures++;
      throw error;
    } finally {
      meter.commitSeconds.observe((performance.now() - begun) / 1000);
      span?.end();
    }
  }

  /** Takes what fits into one batch, in the order it came. */
  #nextBatch(): Waiting<Operation, Outcome>[] {
    const batch = this.#waiting;
    if (this.#most === Infinity) {
      this.#waiting = [];
      return batch;
    }
    let [count, size] = [0, 0];
    for (const { operation } of batch) {
      size += this.#sizeOf(operation);
      if (count > 0 && size > this.#most) break;
      count++;
    }
    this.#waiting = batch.splice(count);
    return batch;
  }
}

interface Waiting<Operation, Outcome> {
  readonly operation: Operation;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}
