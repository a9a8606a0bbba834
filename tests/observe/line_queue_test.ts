import { assertEquals } from "@std/assert";
import { LineQueue } from "../../lib/observe/line_queue.ts";

/** A terminal that takes bytes only when the test lets it. */
class StoppedTerminal {
  readonly shown: string[] = [];
  readonly queue: LineQueue;
  #go: (() => void) | undefined;

  constructor(most: number) {
    this.queue = new LineQueue({
      most,
      write: (bytes) =>
        new Promise((resolve) => {
          this.#go = () => {
            this.shown.push(new TextDecoder().decode(bytes));
            resolve(bytes.length);
          };
        }),
      leftOut: (count) => this.queue.write(`${count} left out\n`),
    });
  }

  /** Lets it take one piece, and what comes of that happen. */
  async takes(): Promise<void> {
    this.#go?.();
    this.#go = undefined;
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }
}

Deno.test("LineQueue writes lines in order, those that waited in one piece", {
  permissions: "none",
}, async () => {
  const terminal = new StoppedTerminal(100);
  for (const line of ["one\n", "two\n", "three\n"]) terminal.queue.write(line);
  await terminal.takes();
  await terminal.takes();
  assertEquals(terminal.shown, ["one\n", "two\nthree\n"]);
});

Deno.test("LineQueue holds no more than it may, and tells how many lines it left out", {
  permissions: "none",
}, async () => {
  const terminal = new StoppedTerminal(12);
  for (const line of ["first\n", "second\n", "x\n", "third\n", "y\n"]) terminal.queue.write(line);
  for (let piece = 0; piece < 3; piece++) await terminal.takes();
  assertEquals(terminal.shown, ["first\n", "x\ny\n", "2 left out\n"]);
  terminal.queue.write("again\n");
  await terminal.takes();
  assertEquals(terminal.shown.at(-1), "again\n");
});

Deno.test("flush() waits for what is written, but not for ever", async () => {
  const terminal = new StoppedTerminal(100);
  await terminal.queue.flush(10_000);
  terminal.queue.write("one\n");
  await terminal.queue.flush(1);
  assertEquals(terminal.shown, []);
  const flushed = terminal.queue.flush(10_000);
  await terminal.takes();
  await flushed;
  assertEquals(terminal.shown, ["one\n"]);
});

Deno.test("LineQueue goes on when its reader is gone for good", async () => {
  let tries = 0;
  const queue = new LineQueue({
    write() {
      tries++;
      return Promise.reject(new Deno.errors.BrokenPipe());
    },
    leftOut() {},
  });
  for (let line = 0; line < 3; line++) {
    queue.write("nobody\n");
    await queue.flush(10_000);
  }
  assertEquals(tries, 3);
});
