/**
 * A port that takes no more connections and does not refuse them either: nobody accepts, and the
 * system's queue is full, so that a new client's packets are dropped.
 */
export class FullListener implements AsyncDisposable {
  /** Whether this system drops what does not fit; others refuse it. */
  static readonly isPossible: boolean = Deno.build.os === "linux";
  /** For the name of a test that is not run without. */
  static readonly note: string = FullListener.isPossible ? "" : " (needs Linux)";
  readonly port: number;
  readonly #listener: Deno.TcpListener;
  readonly #waiting: Deno.TcpConn[] = [];

  private constructor() {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 1 });
    this.port = (this.#listener.addr as Deno.NetAddr).port;
  }

  /** Makes one, and fills its queue. */
  static async make(): Promise<FullListener> {
    const full = new FullListener();
    // That one is late may be the machine's doing; that several are in a row is the queue's.
    for (let late = 0; late < 3;) late = await full.#takesOneMore() ? 0 : late + 1;
    return full;
  }

  async #takesOneMore(): Promise<boolean> {
    const signal = AbortSignal.timeout(100);
    try {
      const { port } = this;
      this.#waiting.push(await Deno.connect({ hostname: "127.0.0.1", port, signal }));
      return true;
    } catch {
      return false;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const conn of this.#waiting) conn.close();
    this.#listener.close();
    return Promise.resolve();
  }
}
