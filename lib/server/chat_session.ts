/**
 * One connection to the login chat, from its first byte to an orderly end. Rules:
 * protocols/login-chat.md.
 *
 * Rules of this file:
 * - Nothing here waits for another client. What somebody is told is queued, and who lets the queue
 *   fill up is dropped. Only who asks for more than they read waits, for themselves: their next line
 *   is taken when there is room for its answer.
 * - All lines of one read are taken before anything goes out: what they say to all goes to each as
 *   one piece, and the answers as one, unless they are long. Answers keep their order, and what was
 *   confirmed was queued before.
 * - A login waits for its turn; when its connection ends meanwhile, it is taken back.
 * - Whoever is leaving is gone from the list at once, whatever their connection still has to do.
 */

import { joinBytes } from "../core/bytes.ts";
import { afterwards, type Eventually } from "../core/eventually.ts";
import { MAX_JOINED_ANSWER_BYTES } from "../core/limits.ts";
import type { ByteStream, IncomingStream } from "../core/ports.ts";
import type { UserId } from "../core/user_id.ts";
import type { DeadlineQueue } from "../net/deadline_queue.ts";
import { closeNow, type OrderlyCloser } from "../net/orderly_close.ts";
import { SendQueue } from "../net/send_queue.ts";
import { setUpSocket } from "../net/tcp.ts";
import type { LoginChat, Outbox } from "../services/login_chat.ts";
import {
  CHAT_REPLIES,
  chatReply,
  encodeChatAnswer,
  type ServerAnswer,
} from "../wire/login_chat_answer.ts";
import { ChatAnswers } from "./chat_answers.ts";
import {
  afterLogin,
  afterLookUp,
  type ChatAct,
  type ChatState,
  type ChatStep,
  type LoginResult,
  NEW_CLIENT,
  refuse,
  step,
} from "./chat_conversation.ts";
import type { ChatLogin } from "./chat_login.ts";
import type { ChatMeter } from "./chat_meter.ts";
import { ChatReader } from "./chat_reader.ts";
import { isRight } from "./login_tries.ts";
import { LineWatch } from "./line_watch.ts";
import type { Asker } from "./request_sessions.ts";

/** What a connection is served with. */
export interface ChatSessionParts {
  /** Everybody who is online. */
  readonly chat: LoginChat<Uint8Array>;
  readonly login: ChatLogin;
  readonly closer: OrderlyCloser;
  /** For lines before the login. */
  readonly lineDeadlines: DeadlineQueue;
  readonly meter: ChatMeter;
}

const TOO_LATE = refuse("the login took too long");

const PING = encodeChatAnswer({ kind: "ping", text: "parley" });

const ELSEWHERE = chatReply(CHAT_REPLIES.alreadyOnline);

/** A connection to the login chat. It owns its stream. */
export class ChatSession implements Outbox<Uint8Array> {
  readonly #parts: ChatSessionParts;
  readonly #stream: ByteStream;
  readonly #ip: string;
  readonly #from: Asker;
  readonly #queue: SendQueue;
  readonly #reader = new ChatReader();
  #state: ChatState = NEW_CLIENT;
  /** Under which name others see it. */
  #user: UserId | undefined;
  /** Takes back the login under way. */
  #checking: AbortController | undefined;
  /** The read under way, where it began while a login was. */
  #reading: Promise<number | null> | undefined;
  #isLate = false;
  readonly #line: LineWatch;
  #wasHeard = true;
  readonly #answers = new ChatAnswers();
  #ended: Promise<void> | undefined;

  constructor(parts: ChatSessionParts, incoming: IncomingStream) {
    const { stream, remoteIp } = incoming;
    this.#parts = parts;
    this.#stream = stream;
    this.#from = incoming;
    this.#ip = remoteIp;
    this.#queue = new SendQueue(stream);
    this.#line = new LineWatch(parts.lineDeadlines, () => this.expire());
    // Messages are short and wanted now: none waits to share a segment.
    setUpSocket(stream);
  }

  /** Whether its user is online. */
  get isLoggedIn(): boolean {
    return this.#user !== undefined;
  }

  /** Serves the connection to its end. Never rejects. */
  async run(): Promise<void> {
    try {
      await this.#read();
    } catch {
      // Reset, or closed by whoever was faster: the end is the same.
    }
    await this.end();
  }

  /** Gives a frame to the client, who is dropped when too much waits for them already. */
  deliver(frame: Uint8Array): boolean {
    if (this.#ended !== undefined) return false;
    if (this.#queue.send(frame)) return true;
    if (!this.#queue.isGone) this.#parts.login.dropped(this.#user, this.#from);
    this.#leave();
    this.#checking?.abort();
    this.#ended = Promise.resolve();
    this.#queue.giveUp();
    closeNow(this.#stream);
    return false;
  }

  /** Ends for another connection of the same user, at another server. */
  giveWay(): void {
    this.end(ELSEWHERE);
  }

  /** Ends a login that took too long; a password that is being checked is waited for. */
  expire(): void {
    if (this.isLoggedIn) return;
    this.#isLate = true;
    if (this.#checking !== undefined || this.#ended !== undefined) return;
    this.#parts.login.tooLate(this.#from);
    this.end(TOO_LATE);
  }

  /** Asks a client that said nothing since the last time whether they are there. */
  ping(): void {
    if (!this.#wasHeard && this.isLoggedIn) this.deliver(PING);
    this.#wasHeard = false;
  }

  /** Ends the connection in an orderly way, after what is queued and a last answer. */
  end(lastAnswer?: ServerAnswer): Promise<void> {
    this.#ended ??= this.#end(lastAnswer);
    return this.#ended;
  }

  async #end(lastAnswer: ServerAnswer | undefined): Promise<void> {
    this.#leave();
    this.#line.ended();
    this.#checking?.abort();
    if (lastAnswer !== undefined) {
      this.#parts.meter.replied(lastAnswer);
      this.#queue.send(encodeChatAnswer(lastAnswer));
    }
    this.#parts.closer.closeLater(this.#stream); // for one who does not read: the flush then fails
    await this.#queue.flush();
    await this.#parts.closer.close(this.#stream);
  }

  #leave(): void {
    if (this.#user === undefined) return;
    this.#parts.chat.leave(this.#user, this);
    this.#parts.login.left(this.#user, this.#from);
    this.#user = undefined;
  }

  async #read(): Promise<void> {
    const { meter } = this.#parts;
    while (this.#ended === undefined) {
      const count = await (this.#reading ?? this.#stream.read(this.#reader.free()));
      this.#reading = undefined;
      if (count === null || this.#ended !== undefined) return;
      this.#wasHeard = true;
      this.#reader.filled(count);
      // A login takes as long as its password check: that is measured by itself.
      const seconds = this.#user === undefined ? undefined : meter.seconds;
      const begun = seconds === undefined ? 0 : performance.now();
      for (let request; (request = this.#reader.next()) !== undefined;) {
        const next = step(this.#state, request);
        meter.took(request.kind, next.act, this.#from);
        this.#line.ended();
        // Only a login waits, and what other servers have to do with: the rest goes on in one turn.
        const waiting = this.#take(next);
        if (waiting !== undefined) await waiting;
        if (this.#ended !== undefined) return;
        if (this.#answers.bytes < MAX_JOINED_ANSWER_BYTES) continue;
        await this.#flush();
        await this.#queue.room();
        if (this.#ended !== undefined) return;
      }
      const flushing = this.#flush();
      if (flushing !== undefined) await flushing;
      seconds?.observe((performance.now() - begun) / 1000);
      this.#answers.endRead();
      // A person thinks before typing a line, and sends it whole: who trickles is not kept as long.
      if (!this.isLoggedIn && this.#reader.isInLine) this.#line.begun();
      await this.#queue.room();
    }
  }

  #take({ state, act }: ChatStep): Promise<void> | void {
    this.#state = state;
    switch (act.kind) {
      case "nothing":
        return;
      case "answer":
        this.#parts.meter.replied(act.answer);
        this.#answers.add(encodeChatAnswer(act.answer));
        return;
      case "close":
        return afterwards(this.#flush(), () => {
          this.end(act.answer);
        });
      case "say":
        this.#parts.meter.replies[200]!++;
        this.#answers.say(act.frame);
        return;
      case "tell":
        // What was said to all before comes before.
        return afterwards(this.#flush(), () => this.#tell(act));
      case "list":
        return afterwards(this.#parts.chat.othersOf(act.user), (others) => {
          this.#answers.list(others);
        });
      default:
        return this.#work(act);
    }
  }

  #tell({ user, to, frame }: Extract<ChatAct, { kind: "tell" }>): Promise<void> | void {
    const { meter } = this.#parts;
    meter.messages.direct++;
    return afterwards(this.#parts.chat.tell(user, to, frame), (isTold) => {
      if (isTold) meter.deliveries++;
      const reply = chatReply(isTold ? "200 SENT 1" : `202 NO SUCH USER ${to}`);
      meter.replied(reply);
      this.#answers.add(encodeChatAnswer(reply));
    });
  }

  /** Says to all what is to be said, then gives the client the answers so far. */
  #flush(): Promise<void> | void {
    const user = this.#user;
    const turn = this.#answers.take();
    if (turn === undefined) return;
    const { spoken } = turn;
    // One who was put out meanwhile says nothing more.
    const count = spoken.length === 0 || user === undefined
      ? 0
      : this.#parts.chat.tellOthers(user, joinBytes(spoken));
    const { meter } = this.#parts;
    meter.messages.public += spoken.length;
    return afterwards(count, (count) => {
      meter.deliveries += count * spoken.length;
      const sent = encodeChatAnswer(chatReply(`200 SENT ${count}`));
      this.deliver(turn.answers(sent));
    });
  }

  async #work(act: Extract<ChatAct, { kind: "look up" | "log in" }>): Promise<void> {
    await this.#flush();
    if (act.kind === "look up") {
      await this.#take(
        afterLookUp(act.user, await this.#parts.login.standing(act.user, this.#from)),
      );
      return;
    }
    this.#checking = new AbortController();
    this.#watch(this.#checking);
    const { signal } = this.#checking;
    const checked = await this.#parts.login.logIn(act.user, act.password, this.#ip, signal);
    this.#checking = undefined;
    if (this.#ended !== undefined) return;
    const joining = this.#join(act.user, checked);
    const result = joining instanceof Promise ? await joining : joining;
    this.#parts.login.ended(act.user, this.#from, result);
    // Others may speak before the next read: the welcome comes first.
    const rest = this.#take(afterLogin(act.user, result)) ?? this.#flush();
    if (rest !== undefined) await rest;
    if (this.#isLate) this.expire();
  }

  /** Reads on while a login waits: where the connection ends with nothing more to say, it is over. */
  #watch(login: AbortController): void {
    this.#reading ??= this.#stream.read(this.#reader.free());
    this.#reading.then((count) => {
      if (count === null && this.#reader.isEmpty) login.abort();
    }, () => login.abort());
  }

  #join(user: UserId, result: LoginResult): Eventually<LoginResult> {
    if (!isRight(result)) return result;
    const joined = (isIn: boolean): LoginResult => {
      if (!isIn) return "already online";
      this.#user = user;
      if (this.#ended !== undefined) this.#leave(); // they went while the others were asked
      return result;
    };
    return afterwards(this.#parts.chat.join(user, this), joined);
  }
}
