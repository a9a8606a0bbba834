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
  const second = turns.run(bench.work("second"), { isWanted: () => isWanted });
  const third = turns.run(bench.work("third"), { isWanted: () => true });
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

Deno.test("run() lets shares take turns, however much each asks for", async () => {
  const turns = new Turns({ atOnce: 1, waiting: 9 });
  const bench = new Bench();
  const names = ["a1", "a2", "a3", "a4", "b1", "b2", "c1"];
  const results = names.map((name) => turns.run(bench.work(name), { share: name[0]! }));
  for (const name of names) bench.end(name);
  await Promise.all(results);
  assertEquals(bench.begun, ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]);
});

Deno.test("run() gives the last place of the longest share to one that has fewer", async () => {
  const turns = new Turns({ atOnce: 1, waiting: 3 });
  const bench = new Bench();
  const run = (name: string): Promise<string> => turns.run(bench.work(name), { share: name[0]! });
  const results = ["a1", "a2", "a3", "a4"].map(run);
  const refused = assertRejects(() => results[3]!, BusyError);
  const other = run("b1");
  await refused;
  await assertRejects(() => run("a5"), BusyError);
  await assertRejects(() => run("b2"), BusyError, "try again", "it would only change who waits");
  for (const name of ["a1", "a2", "a3", "b1"]) bench.end(name);
  await Promise.all([...results.slice(0, 3), other]);
  assertEquals(bench.begun, ["a1", "a2", "b1", "a3"]);
});

Deno.test("run() lets lines take turns, and gives each places of its own", async () => {
  const turns = new Turns({ atOnce: 1, waiting: 3 });
  const bench = new Bench();
  const run = (name: string): Promise<string> =>
    turns.run(bench.work(name), { line: name[0]!, share: name });
  const results = ["a0", "a1", "a2", "a3"].map(run);
  await assertRejects(() => run("a4"), BusyError, "try again", "shares of one each");
  const others = ["b1", "b2"].map(run);
  for (const name of ["a0", "a1", "a2", "a3", "b1", "b2"]) bench.end(name);
  await Promise.all([...results, ...others]);
  assertEquals(bench.begun, ["a0", "a1", "b1", "a2", "b2", "a3"]);
});

Deno.test("run() takes back what waits when its signal says so, and does what has begun", async () => {
  const turns = new Turns({ atOnce: 1, waiting: 2 });
  const bench = new Bench();
  const [first, second] = [new AbortController(), new AbortController()];
  const running = turns.run(bench.work("a"), { signal: first.signal });
  const waiting = turns.run(bench.work("b"), { signal: second.signal });
  const last = turns.run(bench.work("c"), { signal: new AbortController().signal });
  first.abort();
  second.abort();
  await assertRejects(() => waiting, DOMException, "abort");
  await assertRejects(() => turns.run(bench.work("d"), { signal: second.signal }), DOMException);
  bench.end("a");
  bench.end("c");
  assertEquals(await Promise.all([running, last]), ["a", "c"]);
  assertEquals(bench.begun, ["a", "c"]);
});
