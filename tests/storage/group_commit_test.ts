import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { GroupCommit } from "../../lib/storage/group_commit.ts";

interface Commit {
  readonly batch: readonly string[];
  readonly done: () => void;
  readonly fail: (error: Error) => void;
}

/** Group commit whose commits end when the test says so. */
class Desk {
  readonly commits: Commit[] = [];
  inFlight = 0;
  readonly group = new GroupCommit<string, string>(async (batch) => {
    this.inFlight++;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.commits.push({ batch, done: resolve, fail: reject });
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
    try {
      await promise;
      return batch.map((operation) => operation.toUpperCase());
    } finally {
      this.inFlight--;
    }
  });
  #arrived = Promise.withResolvers<void>();

  /** The commit with this number, when it has begun. */
  async commit(number: number): Promise<Commit> {
    while (this.commits.length < number) await this.#arrived.promise;
    return this.commits[number - 1]!;
  }
}

Deno.test("GroupCommit puts what is asked for in one turn into one batch", async () => {
  const desk = new Desk();
  const outcomes = Promise.all(["a", "b", "c"].map((word) => desk.group.submit(word)));
  const first = await desk.commit(1);
  assertEquals(first.batch, ["a", "b", "c"]);
  first.done();
  assertEquals(await outcomes, ["A", "B", "C"]);
});

Deno.test("GroupCommit has one commit in flight and collects the next batch meanwhile", async () => {
  const desk = new Desk();
  const a = desk.group.submit("a");
  const first = await desk.commit(1);
  const later = Promise.all(["b", "c", "d"].map((word) => desk.group.submit(word)));
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  assertEquals(desk.commits.length, 1);
  first.done();
  assertEquals(await a, "A");
  const second = await desk.commit(2);
  assertEquals(second.batch, ["b", "c", "d"]);
  second.done();
  assertEquals(await later, ["B", "C", "D"]);
});

Deno.test("a failed commit rejects exactly its batch", async () => {
  const desk = new Desk();
  const lost = ["a", "b"].map((word) => desk.group.submit(word));
  const first = await desk.commit(1);
  const kept = desk.group.submit("c");
  first.fail(new Error("disk full"));
  for (const operation of lost) await assertRejects(() => operation, Error, "disk full");
  (await desk.commit(2)).done();
  assertEquals(await kept, "C");
});

Deno.test("a commit that throws at once rejects its batch as well", async () => {
  const group = new GroupCommit<string, string>(() => {
    throw new TypeError("broken");
  });
  await assertRejects(() => group.submit("a"), TypeError, "broken");
  await assertRejects(() => group.submit("b"), TypeError, "broken");
  await group.idle();
});

Deno.test("idle() waits for what is in flight and for what came meanwhile", async () => {
  const desk = new Desk();
  await desk.group.idle();
  const a = desk.group.submit("a");
  let isIdle = false;
  const idle = desk.group.idle().then(() => isIdle = true);
  const first = await desk.commit(1);
  const b = desk.group.submit("b");
  first.done();
  await a;
  const second = await desk.commit(2);
  assertEquals(isIdle, false);
  second.done();
  await b;
  await idle;
});

Deno.test("whatever is asked for whenever: all are answered, in order, one commit at a time", async () => {
  const bursts = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 20 });
  await fc.assert(fc.asyncProperty(fc.scheduler(), bursts, async (scheduler, bursts) => {
    const committed: number[] = [];
    let inFlight = 0;
    const group = new GroupCommit<number, number>(async (batch) => {
      assertEquals(++inFlight, 1);
      await scheduler.schedule(Promise.resolve(), "sync");
      inFlight--;
      committed.push(...batch);
      return batch.map((number) => -number);
    });
    let next = 1;
    const answers: Promise<void>[] = [];
    const sequence = bursts.map((size) => async () => {
      await Promise.resolve();
      for (let index = 0; index < size; index++) {
        const number = next++;
        answers.push(group.submit(number).then((outcome) => assertEquals(outcome, -number)));
      }
    });
    scheduler.scheduleSequence(sequence);
    await scheduler.waitIdle();
    await group.idle();
    await Promise.all(answers);
    assert(committed.every((number, index) => number === index + 1));
    assertEquals(committed.length, next - 1);
  }));
});

Deno.test("GroupCommit: what is more than a batch may hold waits for the next, in order", async () => {
  const batches: (readonly number[])[] = [];
  const group = new GroupCommit<number, number>((batch) => {
    batches.push(batch);
    return Promise.resolve(batch);
  }, { most: 3 });
  const outcomes = await Promise.all([1, 2, 3, 4, 5, 6, 7].map((n) => group.submit(n)));
  assertEquals(outcomes, [1, 2, 3, 4, 5, 6, 7]);
  assertEquals(batches, [[1, 2, 3], [4, 5, 6], [7]]);
});

Deno.test("GroupCommit: a batch holds what operations count as, and one too large goes alone", async () => {
  const batches: (readonly string[])[] = [];
  const group = new GroupCommit<string, void>(
    (batch) => {
      batches.push(batch);
      return Promise.resolve(batch.map(() => {}));
    },
    { most: 4, sizeOf: (word: string) => word.length },
  );
  await Promise.all(["aa", "bb", "c", "dddddd", "e", "fff", "g"].map((word) => group.submit(word)));
  assertEquals(batches, [["aa", "bb"], ["c"], ["dddddd"], ["e", "fff"], ["g"]]);
});
