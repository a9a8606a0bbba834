/**
 * Clients that register one user after the other and go on whatever they are answered.
 */

import { assert, assertEquals } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { ask } from "../support/raw_tcp.ts";
import { within } from "../support/within.ts";

const OK = "200 OK\r\n";
const STORAGE = "500 STORAGE\r\n";

/** What is answered to a change that is asked for again: it is made now, or was before. */
const DONE = [OK, "203 USER EXISTS\r\n", "201 INVALID\r\n"];

/**
 * Has a server make a change, which it must. On a busy machine a database may be too slow for a moment:
 * then it is asked again, and may have done it all the same.
 */
export async function patientlyAsk(port: number, request: string): Promise<void> {
  let reply = await ask(port, `${request}\n`);
  if (reply === OK) return;
  assertEquals(reply, STORAGE, request);
  await eventually(`${request} is done`, async () => {
    reply = await ask(port, `${request}\n`);
    return reply !== STORAGE;
  });
  assert(DONE.includes(reply), `${request}: ${reply}`);
}

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
    await eventually(`${count} registrations`, () => this.acknowledged.length >= count);
  }

  /** Resolves when so many were refused. */
  async refused(count: number): Promise<void> {
    await eventually(`${count} refusals`, () => this.refusals >= count);
  }

  /** Ends them after the answers they wait for. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await within("the last answers", this.#done);
  }

  async #run(port: number, prefix: string): Promise<void> {
    for (let number = 0; !this.#isStopped; number++) {
      const user = `${prefix}-${number}`;
      const asked = performance.now();
      const reply = await ask(port, `REG ${user}\n`);
      this.slowestMs = Math.max(this.slowestMs, performance.now() - asked);
      if (reply === OK) this.acknowledged.push(user);
      else if (reply === STORAGE) this.refusals++;
      else this.strange.push(reply);
      // One who was refused tries again in a moment, as a person would.
      if (reply !== OK) await new Promise((resume) => setTimeout(resume, 20));
    }
  }
}
