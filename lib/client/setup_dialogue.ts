/**
 * The questions of `setup`: where, who, and habits. Each answer is checked before the next question,
 * and nothing is written before the last.
 */

import { CLIENT_OPTIONS, type ClientOptions } from "../config/client_options.ts";
import type { SettingValue } from "../config/client_settings.ts";
import type { TlsWishes } from "../config/client_tls_options.ts";
import {
  type LoginAddress,
  loginAddressText,
  parseServerAddress,
  placeOf,
  type ServerPlace,
} from "../config/login_address.ts";
import type { Option } from "../config/option.ts";
import { reasonOf } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import type { UserId } from "../core/user_id.ts";
import { visibleText } from "../core/visible_text.ts";
import { passwordsFrom } from "./password_questions.ts";
import { Questions, type QuestionWorld } from "./questions.ts";
import { line, type Tone } from "./screen_line.ts";
import type { MaybeSecure } from "./secure_place.ts";
import { SetupChecks } from "./setup_checks.ts";
import { settleTls } from "./setup_tls.ts";

/** What came of it. */
export interface SetupAnswers {
  /** Server and user, in one word. */
  readonly login: string;
  /** The values of the options that were asked about. */
  readonly values: ReadonlyMap<string, SettingValue>;
}

/** An option that is a habit. */
type Habit = "history" | "plain" | "bell";

/** Habits that are asked for. */
const HABITS: readonly (readonly [name: Habit, question: string])[] = [
  ["history", "Keep what is said in text files"],
  ["plain", "Plain lines, for a screen reader"],
  ["bell", "Ring the bell: off, pm (for what is for you) or all"],
];

/** A server that was settled on. */
interface SettledServer {
  readonly place: MaybeSecure<ServerPlace>;
  /** Absent for one that does not answer, and is wanted all the same. */
  readonly checks: SetupChecks | undefined;
}

/** A server, and who its answer said to be there. */
interface ServerAnswer extends SettledServer {
  readonly user: UserId | undefined;
}

/** One run through the questions. */
export class SetupDialogue {
  readonly #world: QuestionWorld & { readonly log: Log };
  readonly #questions: Questions;
  readonly #wishes: TlsWishes;

  /** @param wishes what is wished of TLS, where the server speaks it */
  constructor(world: QuestionWorld & { readonly log: Log }, wishes: TlsWishes) {
    this.#world = world;
    this.#questions = new Questions(world);
    this.#wishes = wishes;
  }

  /**
   * Asks.
   *
   * @param before what the options are now
   * @returns `undefined` when the person leaves before the end
   */
  async run(before: ClientOptions): Promise<SetupAnswers | undefined> {
    const where = await this.#askServer(before.login);
    if (where === undefined) return undefined;
    const user = await this.#askUser(where.user, where.checks);
    if (user === undefined) return undefined;
    const login = loginAddressText(user.id, where.place);
    const values = new Map<string, SettingValue>([["login", login]]);
    const speaksTls = where.place.secure !== undefined;
    if (speaksTls || this.#wishes.tls) values.set("tls", speaksTls);
    for (const [name, text] of HABITS) {
      const value = await this.#askHabit(name, text, before[name] ?? true);
      if (value === undefined) return undefined;
      values.set(name, value);
    }
    return { login, values };
  }

  /** Asks for the value of an option: yes or no for a switch, else a word it takes. */
  async #askHabit(
    name: Habit,
    text: string,
    usual: boolean | string,
  ): Promise<SettingValue | undefined> {
    if (typeof usual === "boolean") return await this.#questions.confirm(text, usual);
    const option: Option<boolean | string | undefined> = CLIENT_OPTIONS[name];
    const read = (typed: string): SettingValue => option.parse([typed || usual], "answer") ?? usual;
    return await this.#questions.ask({ text, shown: usual, read });
  }

  /** Asks for a server until one answers, or is wanted all the same; then with no checks. */
  async #askServer(offered: LoginAddress | undefined): Promise<ServerAnswer | undefined> {
    let offer = placeOf(offered);
    for (;;) {
      const answer = await this.#questions.ask({
        text: "Server (HOST, HOST:PORT)",
        shown: loginAddressText(undefined, offer).slice(1),
        read: (typed) => {
          if (typed === "") return { place: offer, user: offered?.user };
          const login = parseServerAddress(typed, "server");
          return { place: placeOf(login), user: login.user ?? offered?.user };
        },
      });
      if (answer === undefined) return undefined;
      const { place, user } = answer;
      const settled = await this.#settleServer(place);
      if (settled === undefined) return undefined;
      if (settled !== "another") return { ...settled, user };
      offer = place;
    }
  }

  /** Finds out about a server; `another` when it is not to be that one. */
  async #settleServer(place: ServerPlace): Promise<SettledServer | "another" | undefined> {
    const { log, terminal } = this.#world;
    const askPassword = passwordsFrom(terminal, { path: undefined, user: undefined });
    const checks = new SetupChecks(place, { log, askPassword });
    const { isGood, text } = await checks.server();
    this.#say(text, isGood);
    if (!isGood) {
      const isWanted = await this.#questions.confirm("Take it all the same?", false);
      return isWanted ? { place, checks: undefined } : isWanted === false ? "another" : undefined;
    }
    const secured = await settleTls(place, checks.offersTls, this.#wishes, {
      ...{ log, questions: this.#questions, tell: (line) => this.#say(line, true) },
      say: (finding) => this.#say(visibleText(finding.text), finding.isGood),
    });
    if (secured === undefined) return undefined;
    if (secured === "distrusted") return "another";
    if (secured.secure === undefined) return { place, checks };
    const others = new SetupChecks(secured, { log, askPassword });
    await others.server();
    return { place: secured, checks: others };
  }

  /** Asks who somebody is there. An `id` of `undefined` is nobody in particular. */
  async #askUser(
    offered: UserId | undefined,
    checks: SetupChecks | undefined,
  ): Promise<{ id: UserId | undefined } | undefined> {
    for (;;) {
      const answer = await this.#questions.ask({
        text: "Your name there (- for none)",
        shown: offered ?? "-",
        read: (typed) => ({
          id: typed === "" ? offered : typed === "-" ? undefined : readId(typed),
        }),
      });
      if (answer?.id === undefined || checks === undefined) return answer;
      try {
        const isTheirs = await this.#settle(answer.id, checks);
        if (isTheirs === undefined) return undefined;
        if (isTheirs) return answer;
      } catch (error) {
        this.#say(`${visibleText(reasonOf(error))}.`, false);
        return answer;
      }
    }
  }

  /** Sees to it that a user exists; false when another name is wanted. */
  async #settle(user: UserId, checks: SetupChecks): Promise<boolean | undefined> {
    const isRegistered = await checks.isRegistered(user);
    if (isRegistered) {
      this.#say(`${user} is registered there.`, true);
    } else {
      const isWanted = await this.#wantsName(user, isRegistered, checks);
      if (isWanted === undefined) return undefined;
      if (!isWanted) return true;
      const { isDone, text } = await checks.register(user);
      this.#say(isDone ? text : `${text}.`, isDone);
      if (!isDone) return await this.#questions.confirm(`Is ${user} you?`, false);
    }
    const { isGood, text } = await checks.presence(user);
    this.#say(text, isGood);
    return true;
  }

  /** Whether a name that is new, as far as is known, is to be registered. */
  async #wantsName(
    user: UserId,
    isRegistered: boolean | undefined,
    { takesPasswords }: SetupChecks,
  ): Promise<boolean | undefined> {
    if (takesPasswords && isRegistered === false) {
      // Who has just typed a password types it once more, and no question may show it.
      this.#say(`${user} is new there: choose its password.`, true);
      return true;
    }
    const known = isRegistered === false ? `${user} is new there.` : "";
    return await this.#questions.confirm(`${known} Register ${user} now?`.trim(), true);
  }

  #say(text: string, isGood: boolean): void {
    const tone: Tone = isGood ? "good" : "bad";
    this.#world.terminal.show([line(text, tone)]);
  }
}

function readId(typed: string): UserId | undefined {
  return CLIENT_OPTIONS.user.parse([typed], "name");
}
