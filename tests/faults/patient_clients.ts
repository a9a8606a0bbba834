/**
 * Clients that register one user after the other and go on whatever they are answered.
 */

import { ask } from "../support/raw_tcp.ts";
import { within } from "../support/within.ts";

/** Clients of servers whose database fails now and then. */
export class PatientClients {
  /** Users whose registration was answered 200: what the servers promised. */
  readonly acknowledged: string[] = [];
  /** Replies that were neither 200 nor 500. */
  readonly strange: string[] = [];
  /** How many were answered 500. */
  refusals = 0;
  /** The longest time to an answer. */
  slowestMs = 0;
  readonly #done: Promise<unknown>;
  #isStopped = false;

  /** Starts them, each with one of the servers. */
  constructor(ports: readonly number[], prefix: string, clients: number) {
    this.#done = Promise.all(
      Array.from(
        { length: clients },
        (_, client) => this.#run(ports[client % ports.length]!, `${prefix}-${client}`),
      ),
    );
  }

  /** Resolves when so many were acknowledged. */
  async reached(count: number): Promise<void> {
    await this.#until(`${count} registrations`, () => this.acknowledged.length >= count);
  }

  /** Resolves when so many were refused. */
  async refused(count: number): Promise<void> {
    await this.#until(`${count} refusals`, () => this.refusals >= count);
  }

  /** Ends them after the answers they wait for. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await within("the last answers", this.#done);
  }

  async #until(what: string, isTrue: () => boolean): Promise<void> {
    const waiting = async (): Promise<void> => {
      while (!isTrue()) await new Promise((resume) => setTimeout(resume, 5));
    };
    await within(what, waiting(), 40_000);
  }

  async #run(port: number, prefix: string): Promise<void> {
    for (let number = 0; !this.#isStopped; number++) {
      const user = `${prefix}-${number}`;
      const asked = performance.now();
      const reply = await ask(port, `REG ${user}\n`);
      this.slowestMs = Math.max(this.slowestMs, performance.now() - asked);
      if (reply === "200 OK\r\n") this.acknowledged.push(user);
      else if (reply === "500 STORAGE\r\n") this.refusals++;
      else this.strange.push(reply);
      // One who was refused tries again in a moment, as a person would.
      if (reply !== "200 OK\r\n") await new Promise((resume) => setTimeout(resume, 20));
    }
  }
}
