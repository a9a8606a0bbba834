/**
 * One run of the client: feeds what happens to the state machine and performs what it answers.
 *
 * Events are taken one at a time, in the order they happen; an effect that makes another event
 * happen at once only queues it. The next line is read when the one before it is done.
 */

import type { Trace } from "../core/ports.ts";
import type { UserId } from "../core/user_id.ts";
import { callHandlers } from "./call_events.ts";
import { ToldFlood } from "./told_flood.ts";
import { ChatMemory } from "./chat_memory.ts";
import { filesBeginning } from "./file_candidates.ts";
import { historyCommands } from "./history_commands.ts";
import { userIds } from "./known_names.ts";
import { serverIsBack } from "./late_login.ts";
import { step } from "./menu.ts";
import { menuCompletions } from "./menu_completions.ts";
import {
  type Effect,
  INITIAL_STATE,
  type MenuEvent,
  type MenuState,
  wantsLine,
} from "./menu_state.ts";
import { passwordsFrom } from "./password_questions.ts";
import { PeerCalls } from "./peer_calls.ts";
import { PresenceLink } from "./presence_link.ts";
import { presenceLines } from "./presence_news.ts";
import { bellCommand, presenceCommands } from "./program_commands.ts";
import { RoomVisit } from "./room_visit.ts";
import {
  firstPasswordLine,
  ownTroubleLine,
  passwordWantedLine,
  serverSilentLine,
  serverTroubleLine,
} from "./screens.ts";
import { ServerLink } from "./server_link.ts";
import type { CommandHandler, ProgramWord } from "./slash_commands.ts";
import { outcomeOf, type WorkEffect, type WorkParts } from "./session_work.ts";
import type { SessionSettings, SessionWorld } from "./session_world.ts";
import type { Terminal } from "./terminal.ts";
import { TransferDesk } from "./transfer_desk.ts";

/** A client from its first prompt to its last line. */
export class Session {
  readonly #settings: SessionSettings;
  readonly #terminal: Terminal;
  readonly #link: ServerLink;
  readonly #presence: PresenceLink;
  readonly #calls: PeerCalls;
  readonly #desk: TransferDesk;
  readonly #memory: ChatMemory;
  readonly #commands: Readonly<Record<ProgramWord, CommandHandler>>;
  readonly #parts: WorkParts;
  readonly #trace: Trace | undefined;
  readonly #remember: (user: UserId) => void;
  readonly #events: MenuEvent[] = [];
  readonly #over = Promise.withResolvers<void>();
  readonly #flood = new ToldFlood((count) => this.#happened({ kind: "called", count }));
  #state: MenuState;
  /** The visit to the rooms that is under way. */
  #rooms: { readonly visit: RoomVisit; readonly over: Promise<void> } | undefined;
  /** The person has typed something, or left. */
  readonly #takenOver = Promise.withResolvers<void>();
  #isStopping = false;
  #isStepping = false;
  /** What reading the next line waits for; absent while one is wanted. */
  #lineWanted: PromiseWithResolvers<void> | undefined = Promise.withResolvers();

  constructor(settings: SessionSettings, world: SessionWorld) {
    this.#settings = settings;
    this.#terminal = world.terminal;
    this.#state = { ...INITIAL_STATE, isPerson: world.terminal.interactive };
    this.#trace = world.trace;
    this.#memory = new ChatMemory(world.conversations, {
      ...settings.server,
      udpPort: settings.presence.udpPort,
    });
    this.#remember = world.remember ?? (() => {});
    const { passwordFile: path, allowCleartextPasswords, user } = settings;
    const askPassword = passwordsFrom(world.terminal, { path, user });
    const options = { trace: world.trace, allowCleartextPasswords, askPassword };
    this.#link = new ServerLink(settings.server, world.log, options);
    this.#presence = new PresenceLink(settings.presence, this.#link, world);
    // A person is told; a script asks when it wants to know.
    if (world.terminal.interactive) {
      this.#presence.silent = (isSilent) => this.#terminal.show([serverSilentLine(isSilent)]);
      this.#presence.changed = (changes) => this.#terminal.show(presenceLines(changes));
    }
    this.#desk = new TransferDesk({
      listener: world.filesListener,
      folder: settings.filesFolder,
      link: this.#link,
      presence: this.#presence,
      log: world.log,
      show: (lines) => lines.forEach((line) => this.#happened({ kind: "notice", line })),
    });
    this.#commands = {
      ...presenceCommands(this.#presence),
      ...this.#desk.commands(),
      ...historyCommands(() => this.#memory.current),
      bell: bellCommand(world.terminal),
    };
    this.#parts = {
      ...{ link: this.#link, presence: this.#presence, commands: this.#commands },
      ...{ askPassword, log: world.log },
    };
    this.#calls = new PeerCalls(
      world.listener,
      callHandlers({
        ...{ terminal: world.terminal, presence: this.#presence, flood: this.#flood },
        happened: (event) => this.#lineHappened(event),
        keep: (text, isDelivered) => this.#memory.said(text, isDelivered),
      }),
      world.log,
      { trace: world.trace },
    );
  }

  /** Runs until the user leaves, the input ends, or {@linkcode Session.stop}. */
  run(): Promise<void> {
    const { user } = this.#settings;
    this.#happened({ kind: "started", user });
    // A login asks, too, and tells of the same trouble.
    if (user === undefined) this.#askCapabilities();
    this.#completeHere();
    this.#readLines();
    return this.#over.promise;
  }

  /** Leaves in order, whatever is under way: the rooms first, they are left before the client is. */
  stop(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    const stop = (): void => this.#happened({ kind: "stop" });
    if (this.#rooms === undefined) return stop();
    this.#rooms.visit.stop();
    this.#rooms.over.then(stop);
  }

  #completeHere(): void {
    const buddies = (): readonly string[] => userIds(this.#presence.buddies);
    this.#terminal.completeWith((typed) =>
      menuCompletions(this.#state, typed, { buddies, files: filesBeginning })
    );
  }

  async #askCapabilities(): Promise<void> {
    try {
      await this.#link.capabilities();
    } catch (error) {
      this.#happened({ kind: "notice", line: serverTroubleLine(error) });
    }
  }

  async #readLines(): Promise<void> {
    const { interactive } = this.#terminal;
    for (;;) {
      await this.#lineWanted?.promise;
      // A script may be faster than the other side of a chat; a person must always get through.
      if (!interactive) await this.#calls.settled();
      const text = await this.#terminal.nextLine();
      this.#takenOver.resolve();
      if (text === undefined) return this.#happened({ kind: "end" });
      this.#happened({ kind: "line", text });
    }
  }

  #happened(event: MenuEvent): void {
    this.#events.push(event);
    if (this.#isStepping) return;
    this.#isStepping = true;
    for (let next; (next = this.#events.shift()) !== undefined;) {
      const { state, effects } = step(this.#state, next);
      this.#state = state;
      for (const effect of effects) this.#perform(effect);
    }
    this.#isStepping = false;
    if (!wantsLine(this.#state, this.#terminal.interactive)) {
      this.#lineWanted ??= Promise.withResolvers();
    } else {
      this.#lineWanted?.resolve();
      this.#lineWanted = undefined;
    }
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case "show":
        return this.#terminal.show(effect.lines);
      case "prompt":
        return this.#terminal.prompt(effect.prompt);
      case "goOnline":
        this.#goOnline(effect.user);
        return;
      case "call":
        this.#calls.call(effect.address);
        return;
      case "cancelCall":
        return this.#calls.cancel();
      case "acceptCall":
        this.#calls.accept();
        return;
      case "rejectCall":
        return this.#calls.reject();
      case "send":
        this.#memory.said(effect.text);
        return this.#calls.send(effect.text);
      case "endChat":
        return this.#calls.endChat();
      case "visitRooms": {
        const visit = new RoomVisit({ ...this.#settings.rooms, user: this.#presence.user }, {
          ...{ terminal: this.#terminal, log: this.#parts.log, commands: this.#commands },
          trace: this.#trace,
          conversations: this.#memory.conversations,
        });
        this.#rooms = { visit, over: this.#visitRooms(visit) };
        return;
      }
      case "leave":
        this.#leave();
        return;
      default:
        this.#work(effect);
    }
  }

  async #goOnline(user: UserId): Promise<void> {
    this.#remember(user);
    if (this.#link.login?.isFirstPassword) {
      this.#happened({ kind: "notice", line: firstPasswordLine(user) });
    }
    try {
      await this.#presence.goOnline(user);
    } catch (error) {
      this.#happened({ kind: "notice", line: ownTroubleLine(error) });
    }
  }

  async #visitRooms(visit: RoomVisit): Promise<void> {
    try {
      await visit.run();
    } catch (error) {
      this.#happened({ kind: "notice", line: ownTroubleLine(error) });
    }
    this.#rooms = undefined;
    this.#completeHere();
    // The menu is not shown for the moment until the end.
    if (!this.#isStopping) this.#happened({ kind: "roomsLeft" });
  }

  /** Performs an effect that ends in an event. */
  async #work(effect: WorkEffect): Promise<void> {
    const { event, unreachable } = await outcomeOf(effect, this.#parts);
    this.#happened(event);
    if (unreachable !== undefined && effect.kind === "check") {
      this.#logInLater(effect.user, unreachable);
    }
  }

  /** Logs in when the server is there, unless the person does something before. */
  async #logInLater(user: UserId, reason: string): Promise<void> {
    if (user !== this.#settings.user || !this.#terminal.interactive) return;
    const isBack = await serverIsBack(this.#link, user, reason, {
      givenUp: this.#takenOver.promise,
      show: (line) => this.#happened({ kind: "notice", line }),
    });
    if (!isBack) return;
    // A line is being read: what is typed now is no password.
    const isAsked = this.#link.offered.accounts && this.#settings.passwordFile === undefined;
    if (isAsked) this.#happened({ kind: "notice", line: passwordWantedLine(user) });
    else this.#happened({ kind: "started", user });
  }

  /** What happens on the line; what is said is kept. */
  #lineHappened(event: MenuEvent): void {
    if (event.kind === "said") this.#memory.heard(event.text);
    if (event.kind !== "chatBegun") return this.#happened(event);
    const { mode, caller, user } = this.#state;
    const before = this.#memory.begin(user, mode.kind === "calling" ? mode.peer : caller ?? "");
    this.#happened(event);
    if (!this.#terminal.interactive) return;
    for (const line of before) this.#happened({ kind: "notice", line });
  }

  async #leave(): Promise<void> {
    this.#takenOver.resolve();
    this.#flood.end();
    this.#link.close();
    this.#rooms?.visit.stop();
    const visit = this.#rooms?.over;
    const ending = [this.#calls.stop(), this.#desk.stop(), this.#presence.goOffline()];
    await Promise.allSettled([visit, ...ending]);
    try {
      this.#terminal.close();
    } catch {
      // The terminal is gone (EIO after a hang-up), and nobody sees how it is left.
    }
    this.#over.resolve();
  }
}
