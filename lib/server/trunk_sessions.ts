/**
 * Trunks: many requests of a balancer's clients on one connection, each answered as on a connection of
 * its own. Rules: docs/protocols/trunk.md.
 *
 * Rules of this file:
 * - It owns a connection from `serve` to its close.
 * - Requests are answered in whatever order their answers come, and go out joined. While the balancer
 *   does not take them, no more requests are read.
 * - A client's address has the limits it would have without a balancer: a request counts as a
 *   connection until it is answered, and one that is turned away is closed without an answer.
 * - A balancer that breaks the grammar or its bounds is told so and closed at once.
 */

import type { Histogram } from "../core/histogram.ts";
import { TRUNK_LIMITS } from "../core/limits.ts";
import type { ByteStream, Log } from "../core/ports.ts";
import { nextConnection } from "../net/accept_loop.ts";
import type { Admission, Place } from "../net/admission.ts";
import { DeadlineQueue } from "../net/deadline_queue.ts";
import { JoinedWriter } from "../net/joined_writer.ts";
import { closeNow, OrderlyCloser } from "../net/orderly_close.ts";
import { setUpSocket } from "../net/tcp.ts";
import { ReceiveBuffer } from "../wire/receive_buffer.ts";
import {
  MAX_TRUNK_LINE_BYTES,
  parseTrunkCall,
  putDrain,
  putPong,
  putTrunkAnswer,
  putTrunkError,
  TRUNK_TAKEN,
  type TrunkRequest,
} from "../wire/trunk.ts";
import type { Answer } from "./buddy_session.ts";
import type { DoorMeter } from "./door_meter.ts";
import { refusalTeller } from "./doorkeeper.ts";
import { OpenSessions } from "./open_sessions.ts";

/** What trunks need. */
export interface TrunkParts {
  readonly answer: Answer;
  /** Counts a request as a connection of its client. */
  readonly admission: Admission;
  readonly log: Log;
  /** Counts who is let in, and who is turned away. */
  readonly meter: DoorMeter;
  /** Is told how long each answer took, where somebody wants to know. */
  readonly seconds?: Histogram | undefined;
}

/** Serves trunks. */
export class TrunkSessions {
  readonly #world: SessionWorld;
  readonly #deadlines = new DeadlineQueue(TRUNK_LIMITS.lostSeconds);
  readonly #closer = new OrderlyCloser();
  readonly #sessions = new OpenSessions<TrunkSession>();
  #isStopping = false;

  /** Serves nobody yet. */
  constructor(parts: TrunkParts) {
    this.#world = {
      ...parts,
      refused: refusalTeller(parts),
      deadlines: this.#deadlines,
      closer: this.#closer,
    };
  }

  /** How many there are. */
  get open(): number {
    return this.#sessions.size;
  }

  /** Serves one trunk to its end. Takes ownership; never rejects. */
  readonly serve = async (stream: ByteStream): Promise<void> => {
    const session = new TrunkSession(stream, this.#world);
    const open = this.#sessions.add(session);
    const running = session.run();
    if (this.#isStopping) session.drain();
    await running;
    this.#sessions.ended(open);
  };

  /**
   * Stops: balancers are asked to send nothing more, what they have sent is answered.
   *
   * @param graceMs how long that may take before trunks are closed all the same
   */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    for (const session of this.#sessions) session.drain();
    await this.#sessions.endWithin(graceMs, (session) => session.cut());
    this.#deadlines.close();
    this.#closer.stop();
  }
}

/** What a session needs. */
interface SessionWorld extends TrunkParts {
  readonly refused: ReturnType<typeof refusalTeller>;
  readonly deadlines: DeadlineQueue;
  readonly closer: OrderlyCloser;
}

/** One trunk. */
class TrunkSession {
  readonly #stream: ByteStream;
  readonly #world: SessionWorld;
  readonly #buffer = new ReceiveBuffer(MAX_TRUNK_LINE_BYTES, 64 * 1024);
  readonly #writer: JoinedWriter;
  /** The number of the last request. */
  #last = 0;
  #underWay = 0;
  /** Goes on with whoever waits until there is less to answer or to send. */
  #whenLess: (() => void) | undefined;
  #isCut = false;

  constructor(stream: ByteStream, world: SessionWorld) {
    this.#stream = stream;
    this.#world = world;
    this.#writer = new JoinedWriter(stream, {
      drained: () => this.#whenLess?.(),
      failed: () => this.cut(),
    });
  }

  /** Asks the balancer to end its side. */
  drain(): void {
    putDrain(this.#writer.next());
  }

  /** Ends it at once: what is not answered never will be. */
  cut(): void {
    this.#isCut = true;
    closeNow(this.#stream);
    this.#whenLess?.();
  }

  /** Serves it to its end. */
  async run(): Promise<void> {
    setUpSocket(this.#stream);
    try {
      this.#writer.next().append(TRUNK_TAKEN);
      const fault = await this.#read();
      if (fault !== undefined) {
        this.#world.log.warn("A trunk was closed", { reason: fault });
        putTrunkError(this.#writer.next(), fault);
        await this.#until(() => this.#writer.waiting === 0);
        // More may be on its way, and is not to take the reason along.
        await this.#world.closer.close(this.#stream);
      } else {
        await this.#until(() => this.#underWay === 0 && this.#writer.waiting === 0);
      }
    } catch {
      // The balancer is gone, or the stop was faster; there is nobody to tell.
    }
    this.cut();
  }

  /** Reads to the end of its requests; gives what was wrong with them, if something was. */
  async #read(): Promise<string | undefined> {
    const { deadlines } = this.#world;
    for (;;) {
      await this.#until(() => this.#writer.waiting < TRUNK_LIMITS.waitingBytes);
      const deadline = deadlines.add(() => this.cut());
      const count = await this.#stream.read(this.#buffer.free()).finally(() => deadline.cancel());
      if (count === null) return this.#buffer.length > 0 ? "it ended within a request" : undefined;
      this.#buffer.filled(count);
      const fault = this.#takeAll();
      if (fault !== undefined) return fault;
    }
  }

  #takeAll(): string | undefined {
    for (;;) {
      const line = this.#buffer.takeLine();
      if (line === undefined) return this.#buffer.overflowed ? "a line is too long" : undefined;
      const call = parseTrunkCall(line);
      if (call === undefined) return "a line is no request";
      if (call.kind === "ping") {
        putPong(this.#writer.next());
        continue;
      }
      if (call.number !== this.#last + 1) return "requests are not numbered one by one";
      if (this.#underWay === TRUNK_LIMITS.window) return "too many requests are not answered yet";
      this.#last++;
      this.#underWay++;
      this.#serve(call);
    }
  }

  /** Has a request answered. */
  #serve({ number, ip, line }: TrunkRequest): void {
    const { admission, answer, meter, seconds, refused } = this.#world;
    const place = admission.enter();
    const refusal = place === undefined
      ? "too many connections"
      : place.claim(ip, performance.now());
    if (refusal !== undefined) {
      refused(refusal, ip);
      return this.#answered(number, place, undefined);
    }
    meter.admitted++;
    const begun = seconds === undefined ? 0 : performance.now();
    answer(line, { remoteIp: ip, connection: nextConnection() }).then((reply) => {
      seconds?.observe((performance.now() - begun) / 1000);
      this.#answered(number, place, reply);
    }, () => this.cut());
  }

  #answered(number: number, place: Place | undefined, answer: Uint8Array | undefined): void {
    place?.leave();
    this.#underWay--;
    if (!this.#isCut) putTrunkAnswer(this.#writer.next(), number, answer);
  }

  /** Waits; asks again whenever something was sent. Rejects when the trunk was cut. */
  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      if (this.#isCut) throw new Error("cut");
      await new Promise<void>((resolve) => this.#whenLess = resolve);
    }
    this.#whenLess = undefined;
  }
}
