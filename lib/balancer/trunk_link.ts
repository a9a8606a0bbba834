/**
 * One trunk as the balancer has it: requests go down numbered, answers come up in any order. Rules:
 * docs/protocols/trunk.md.
 *
 * Rules of this file:
 * - It owns its connection, from `run` to the close.
 * - A request that was handed to the socket is never given to anybody else. When the trunk is lost,
 *   whoever asked is told whether it was.
 * - An answer goes to the one whose number it has, once. A backend that answers what was not asked, or
 *   twice, has confused requests: the trunk is closed, and nobody is given anything of it.
 */

import { ForgetfulMap } from "../core/forgetful_map.ts";
import { TRUNK_LIMITS } from "../core/limits.ts";
import type { ByteStream } from "../core/ports.ts";
import { JoinedWriter } from "../net/joined_writer.ts";
import { closeNow } from "../net/orderly_close.ts";
import { putPing, putTrunkRequest, type TrunkReply, TrunkReplyReader } from "../wire/trunk.ts";

/** One who has sent a request, and what becomes of it: its whole answer, or its loss. */
export interface TrunkCaller {
  readonly ip: string;
  readonly port: number;
  /** The answer, or a piece of a long one; empty is a close without one. Valid only during the call. */
  answered(answer: Uint8Array, isLast: boolean): void;
  /** The trunk was lost before the answer was whole. */
  lost(wasSent: boolean): void;
}

/** One trunk. */
export class TrunkLink {
  readonly #stream: ByteStream;
  readonly #reader = new TrunkReplyReader();
  readonly #writer: JoinedWriter;
  /** Those who wait for an answer, in the order of their numbers. */
  readonly #waiting = new ForgetfulMap<number, TrunkCaller>();
  #last = 0;
  /** The last request the socket was given. */
  #handed = 0;
  #isEnding = false;
  #hasEnded = false;
  #end: string | undefined;
  #wasHeard = true;
  #silentFor = 0;
  #wasAsked = false;

  /** Takes ownership of a connection on which the server has taken the trunk. */
  constructor(stream: ByteStream) {
    this.#stream = stream;
    this.#writer = new JoinedWriter(stream, {
      handed: () => this.#handed = this.#last,
      drained: () => this.#endIfDone(),
      failed: () => this.cut("it takes no more"),
    });
  }

  /** Requests without an answer. */
  get underWay(): number {
    return this.#waiting.size;
  }

  /** Whether it takes another request. */
  get isOpen(): boolean {
    return !this.#isEnding && this.#waiting.size < TRUNK_LIMITS.window;
  }

  /** Sends a request, which must be one line without LF. Only while it is open. */
  send(caller: TrunkCaller, line: Uint8Array): void {
    const number = ++this.#last;
    this.#waiting.add(number, caller);
    const { ip, port } = caller;
    putTrunkRequest(this.#writer.next(), number, ip, port, line);
  }

  /** Takes no more requests, and ends when those it has are answered. */
  drain(): void {
    this.#isEnding = true;
    this.#endIfDone();
  }

  /** Ends it at once. */
  cut(reason: string): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    this.#isEnding = true;
    closeNow(this.#stream);
  }

  /** Carries requests until it ends. Never rejects; tells why it ended. */
  async run(): Promise<string> {
    try {
      while (this.#end === undefined) {
        const count = await this.#stream.read(this.#reader.free());
        if (this.#end !== undefined) break;
        if (count === null) this.cut(this.#lastWord());
        else this.#heard(count);
      }
    } catch {
      this.cut("it was reset");
    }
    for (const [number, caller] of this.#waiting.entries()) caller.lost(number <= this.#handed);
    this.#waiting.clear();
    return this.#end!;
  }

  /**
   * Looks after it, once a second: a server that says nothing is asked whether it is there, and given up
   * when it does not say so.
   */
  tick(): void {
    const { doubtSeconds, idleSeconds, silentSeconds } = TRUNK_LIMITS;
    if (this.#wasHeard) this.#silentFor = 0;
    else this.#silentFor++;
    if (this.#wasHeard) this.#wasAsked = false;
    this.#wasHeard = false;
    if (this.#wasAsked) {
      if (this.#silentFor >= silentSeconds) this.cut("it does not answer");
      return;
    }
    if (this.#silentFor < (this.#waiting.size > 0 ? doubtSeconds : idleSeconds)) return;
    this.#silentFor = 0;
    this.#wasAsked = true;
    if (!this.#hasEnded) putPing(this.#writer.next());
  }

  #lastWord(): string {
    return this.#hasEnded ? "" : "it ended the trunk";
  }

  #endIfDone(): void {
    const isDone = this.#waiting.size === 0 && this.#writer.waiting === 0;
    if (!this.#isEnding || !isDone || this.#hasEnded || this.#end !== undefined) return;
    this.#hasEnded = true;
    this.#stream.closeWrite().catch(() => this.cut("it was reset"));
  }

  #heard(count: number): void {
    this.#wasHeard = true;
    this.#reader.filled(count);
    for (;;) {
      const reply = this.#reader.next();
      if (reply === "partial") return this.#endIfDone();
      if (reply === "broken") return this.cut("it sent what is no answer");
      this.#take(reply);
      if (this.#end !== undefined) return;
    }
  }

  #take(reply: TrunkReply): void {
    switch (reply.kind) {
      case "answer":
        return this.#callerOf(reply.number, reply.isLast)?.answered(reply.bytes, reply.isLast);
      case "drain":
        return this.drain();
      case "error":
        return this.cut(`it says: ${reply.reason}`);
      case "pong":
        // That it was heard is all there is to it.
    }
  }

  #callerOf(number: number, isLast: boolean): TrunkCaller | undefined {
    const caller = this.#waiting.get(number);
    if (caller === undefined || number > this.#handed) {
      this.cut("it answered what was not asked");
      return undefined;
    }
    if (isLast) this.#waiting.delete(number);
    return caller;
  }
}
