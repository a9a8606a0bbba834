/**
 * Clients of the login chat, each at a server of their own, who keep what they hear.
 */

import { assertEquals } from "@std/assert";
import { ChatClient } from "../support/chat_client.ts";
import { eventually } from "../support/eventually.ts";

/** What somebody is answered whose connection was ended. */
const GONE = "gone";

/** Somebody who is logged in. */
export class Talker implements Disposable {
  readonly name: string;
  /** What the others said, as it came. */
  readonly heard: string[] = [];
  readonly #client: ChatClient;
  readonly #answers: string[] = [];
  #isGone = false;

  /** Talks with a client that is logged in, which it closes. */
  constructor(name: string, client: ChatClient) {
    this.name = name;
    this.#client = client;
    this.#listen().catch(() => {}).finally(() => this.#isGone = true);
  }

  /** Connects and registers or logs in. */
  static async enter(port: number, name: string): Promise<Talker> {
    return new Talker(name, await ChatClient.enter(port, name));
  }

  /** Whether the server has ended it. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** Who is online beside us. */
  async others(): Promise<string> {
    await this.#client.send("C WHO\n").catch(() => {}); // gone
    return (await this.#answer()).replace(/^C USERS ?/, "");
  }

  /** Says something to everybody. @returns what the server answers */
  async says(words: string): Promise<string> {
    await this.#client.send(`C PM\nD ${words}\n`).catch(() => {}); // gone
    const ready = await this.#answer();
    if (this.#isGone) return GONE;
    assertEquals(ready, "C READY");
    return await this.#answer();
  }

  async #answer(): Promise<string> {
    await eventually(
      `an answer to ${this.name}`,
      () => this.#answers.length > 0 || this.#isGone,
    );
    return this.#answers.shift() ?? GONE;
  }

  async #listen(): Promise<void> {
    for (let line; (line = await this.#client.line()) !== undefined;) {
      (line.startsWith("D ") ? this.heard : this.#answers).push(line);
    }
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }
}

/** How long words may be on their way before others are said. */
const PATIENCE_MS = 10_000;

/**
 * Everybody sees everybody, and hears what each says, once. Servers that lose sight of Redis, which a
 * busy machine is enough for, lose what is said meanwhile: then everybody says something else.
 *
 * @param comeBack puts somebody in the place of one who is gone: such a server may also let in who has
 * a name elsewhere, and has to end them when it sees Redis again
 */
export async function everybodyMeets(
  talkers: readonly Talker[],
  comeBack: (at: number) => Promise<void>,
): Promise<void> {
  for (let turn = 1;; turn++) {
    await eventually("everybody sees everybody", async () => {
      for (const at of talkers.keys()) if (talkers[at]!.isGone) await comeBack(at);
      for (const talker of talkers) {
        if (await talker.others() !== othersOf(talker, talkers).join(" ")) return false;
      }
      return true;
    });
    const words = crypto.randomUUID();
    const answers: string[] = [];
    for (const talker of talkers) answers.push(await talker.says(words));
    const wanted = talkers.map((talker) => [
      `C 200 SENT ${talkers.length - 1}`,
      ...othersOf(talker, talkers).map((name) => `D PM ${name} ${words}`),
    ]);
    const got = () => talkers.map((talker, index) => [answers[index], ...heardOf(talker, words)]);
    const isAll = () => JSON.stringify(got()) === JSON.stringify(wanted);
    const givenUp = performance.now() + PATIENCE_MS;
    await eventually("what was said", () => isAll() || performance.now() > givenUp);
    if (!isAll() && turn < 5) continue;
    return assertEquals(got(), wanted);
  }
}

function othersOf(talker: Talker, talkers: readonly Talker[]): string[] {
  return talkers.filter((other) => other !== talker).map(({ name }) => name);
}

function heardOf({ heard }: Talker, words: string): string[] {
  return heard.filter((line) => line.endsWith(` ${words}`)).sort();
}
