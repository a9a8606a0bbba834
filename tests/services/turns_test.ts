import { assertEquals, assertRejects } from "@std/assert";
import { BusyError } from "../../lib/core/errors.ts";
import { Turns } from "../../lib/services/turns.ts";

/** Work that ends when the test says so, and what of it has begun. */
class Bench {
  readonly begun: string[] = [];
  readonly #ends = new Map<string, PromiseWithResolvers<void>>();

  work(name: string): () => Promise<string> {
    const end = Promise.withResolvers<void>();
    this.#ends.set(name, end);
    return async () => {
      this.begun.push(name);
      await end.promise;
      return name;
    };
  }

  end(name: string): void {
    this.#ends.get(name)!.resolve();
  }

  fail(name: string): void {
    this.#ends.get(name)!.reject(new Error(name));
  }
}

Deno.test("run() begins so much at once, and the rest in the order it was asked for", async () => {
  const turns = new Turns({ atOnce: 2, waiting: 3 });
  const bench = new Bench();
  const results = ["a", "b", "c", "d", "e"].map((name) => turns.run(bench.work(name)));
  assertEquals(bench.begun, ["a", "b"]);
  bench.end("b");
  assertEquals(await results[1], "b");
  assertEquals(bench.begun, ["a", "b", "c"]);
  bench.end("a");
  bench.end("c");
  await Promise.all([results[0], results[2]]);
  assertEquals(bench.begun, ["a", "b", "c", "d", "e"]);
  bench.end("d");
  bench.end("e");
  assertEquals(await Promise.all(results), ["a", "b", "c", "d", "e"]);
});

Deno.test("run() refuses at once when too much waits, and takes work again afterwards", async () => {
  const turns = new Turns({ atOnce: 1, waiting: 1 });
  const bench = new Bench();
  const first = turns.run(bench.work("first"));
  const second = turns.run(bench.work("second"));
  await assertRejects(() => turns.run(bench.work("third")), BusyError, "try again later");
  bench.end("first");
  bench.end("second");
  await Promise.all([first, second]);
  bench.end("third");
  assertEquals(await turns.run(() => Promise.resolve("fourth")), "fourth");
  assertEquals(bench.begun, ["first", "second"]);
});

Deno.test("run() does not begin what nobody waits for any more, and hands the turn on", async () => {
  const turns = new Turns({ atOnce: 1, waiting: 2 });
  const bench = new Bench();
  const first = turns.run(bench.work("first"));
  let isWanted = true;
  const second = turns.run(bench.work("second"), () => isWanted);
  const third = turns.run(bench.work("third"), () => true);
  isWanted = false;
  bench.end("first");
  await first;
  await assertRejects(() => second, BusyError, "Nobody waits");
  bench.end("third");
  assertEquals(await third, "third");
  assertEquals(bench.begun, ["first", "third"]);
});

Deno.test("run() hands the turn on when work fails", async () => {
  const turns = new Turns({ atOnce: 1, waiting: 1 });
  const bench = new Bench();
  const first = turns.run(bench.work("first"));
  const second = turns.run(bench.work("second"));
  bench.fail("first");
  await assertRejects(() => first, Error, "first");
  bench.end("second");
  assertEquals(await second, "second");
});
