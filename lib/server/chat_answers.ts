/**
 * What one read of a login chat client leads to: what it says to all, and the answers it gets for
 * all of its lines, each in the order they came.
 */

import { joinBytes } from "../core/bytes.ts";
import type { UserId } from "../core/user_id.ts";
import { encodeChatUsers } from "../wire/login_chat_answer.ts";

/** Stands in the answers where a message to all is confirmed, until it is known who got it. */
const SENT = Symbol("sent");

/** What has come together: to be said, and to be answered. */
export interface ChatTurn {
  /** Messages to all. */
  readonly spoken: readonly Uint8Array[];
  /** The answers as one piece; `sent` is how each message to all is confirmed. */
  answers(sent: Uint8Array): Uint8Array;
}

/** Collects them until they go out. */
export class ChatAnswers {
  #spoken: Uint8Array[] = [];
  #answers: (Uint8Array | typeof SENT)[] = [];
  #bytes = 0;
  /** What a list of users was made of, and how it reads: for the others of one read. */
  #listed: { readonly users: readonly UserId[]; readonly answer: Uint8Array } | undefined;

  /** How many bytes the answers have, confirmations not counted. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds an answer. */
  add(answer: Uint8Array): void {
    this.#answers.push(answer);
    this.#bytes += answer.length;
  }

  /** Adds a message to all, and its confirmation to the answers. */
  say(frame: Uint8Array): void {
    this.#spoken.push(frame);
    this.#answers.push(SENT);
  }

  /** Adds who else is online; written once for one read, as long as nobody comes or goes. */
  list(users: readonly UserId[]): void {
    if (this.#listed?.users !== users) {
      this.#listed = { users, answer: encodeChatUsers(users) };
    }
    this.add(this.#listed.answer);
  }

  /** Forgets the list of users: another read may ask for it when others are online. */
  endRead(): void {
    this.#listed = undefined;
  }

  /** Takes what there is; `undefined` when there is nothing. */
  take(): ChatTurn | undefined {
    const [answers, spoken] = [this.#answers, this.#spoken];
    if (answers.length === 0) return undefined;
    this.#spoken = [];
    this.#answers = [];
    this.#bytes = 0;
    return {
      spoken,
      answers: (sent) => joinBytes(answers.map((answer) => answer === SENT ? sent : answer)),
    };
  }
}
