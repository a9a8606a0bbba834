/**
 * Connecting many times a second with one timeout. A timer and a signal of its own for every
 * connection would cost more than the connection's share of anything else here.
 */

import { hostPort } from "../core/endpoint.ts";
import { OperationalError, UnreachableError } from "../core/errors.ts";
import { DeadlineQueue } from "./deadline_queue.ts";
import { connectReason, shortageReason } from "./system_error.ts";

/** Makes connections, all with the same timeout. */
export class Connector {
  readonly #deadlines: DeadlineQueue;
  #connecting = 0;
  #isRetired = false;

  /** Gives up on each after `seconds`. */
  constructor(seconds: number) {
    this.#deadlines = new DeadlineQueue(seconds);
  }

  /**
   * Connects, trying each address of a name. The caller closes the connection, and sets it up where it
   * is for a conversation.
   *
   * @throws UnreachableError with the reason alone for a message, also after the timeout;
   * OperationalError when it is this machine that lacks something
   */
  async connect(hostname: string, port: number): Promise<Deno.TcpConn> {
    const controller = new AbortController();
    const deadline = this.#deadlines.add(() => controller.abort());
    this.#connecting++;
    try {
      return await Deno.connect({ hostname, port, signal: controller.signal });
    } catch (error) {
      const shortage = shortageReason(error);
      if (shortage !== undefined) throw new OperationalError(shortage, { cause: error });
      const reason = controller.signal.aborted ? "no answer in time" : connectReason(error);
      throw new UnreachableError(reason, { cause: `${hostPort(hostname, port)}: ${error}` });
    } finally {
      deadline.cancel();
      this.#connecting--;
      this.#closeIfUnused();
    }
  }

  /** Says that it is not used any more: it lets go of its timer after the last connect. */
  retire(): void {
    this.#isRetired = true;
    this.#closeIfUnused();
  }

  /** Says the same, and gives up what is under way. */
  abandon(): void {
    this.#isRetired = true;
    this.#deadlines.expireAll();
  }

  #closeIfUnused(): void {
    if (this.#isRetired && this.#connecting === 0) this.#deadlines.close();
  }
}
