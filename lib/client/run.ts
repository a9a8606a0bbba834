/**
 * Builds the client from its options and runs it.
 */

import { CLIENT_OPTIONS, type ClientOptions } from "../config/client_options.ts";
import { CLIENT_PROGRAM } from "../config/client_program.ts";
import { type Settings, withSettings } from "../config/client_settings.ts";
import type { CommandLine } from "../config/command_line.ts";
import { runCompletions } from "../config/completions_run.ts";
import { loginAddressText, type ServerPlace } from "../config/login_address.ts";
import { ROOM_OPTIONS, ROOM_TLS_PORT } from "../config/room_options.ts";
import type { UserId } from "../core/user_id.ts";
import { listenEverywhere } from "../net/tcp.ts";
import { type ClientWorld, startClient } from "./client_start.ts";
import { askLogin, type LoginChoice, saidLogin, saysLogin } from "./login_choice.ts";
import { runLoginChatCommand } from "./login_chat_run.ts";
import {
  runAddCommand,
  runCallCommand,
  runDelCommand,
  runRegCommand,
  runStatusCommand,
} from "./one_shot_run.ts";
import { runSendFileCommand } from "./send_file_run.ts";
import { runReceiveCommand } from "./receive_run.ts";
import { runRoomsCommand } from "./room_run.ts";
import { trustingRoomsFrom } from "./room_trust.ts";
import { conversationsFor } from "./conversations.ts";
import { bannerLine, goodbyeLine, newHereLine, ownTroubleLine } from "./screens.ts";
import { type MaybeSecure, securePlace } from "./secure_place.ts";
import { Session } from "./session.ts";
import { runSetupCommand } from "./setup_run.ts";
import { isAttended } from "./tty.ts";
import { typedPath } from "./user_directory.ts";
import { UserFiles } from "./user_files.ts";

/** Runs a command with the words behind it, to its end; it exits by itself. */
export type RunCommand = (words: readonly string[]) => Promise<never>;

/** What the first word of the command line may be, and what runs then instead of the menu. */
export const CLIENT_COMMANDS: ReadonlyMap<string, RunCommand> = new Map<string, RunCommand>([
  ["reg", runRegCommand],
  ["add", runAddCommand],
  ["del", runDelCommand],
  ["status", runStatusCommand],
  ["call", runCallCommand],
  ["send-file", runSendFileCommand],
  ["receive", runReceiveCommand],
  ["setup", runSetupCommand],
  ["rooms", runRoomsCommand],
  ["chat", runLoginChatCommand],
  ["completions", (words) => runCompletions(CLIENT_PROGRAM, words)],
]);

/**
 * Runs the client until its user leaves, its input ends, or a signal ends it. At a terminal the
 * user's settings hold, and the login of last time is offered unless the command line says one.
 *
 * @throws UsageError when the command line says a server or a user twice
 * @throws OperationalError when the message port or the transcript cannot be had
 */
export async function runClient(given: CommandLine<typeof CLIENT_OPTIONS>): Promise<void> {
  const files = isAttended() ? UserFiles.ofThisUser() : undefined;
  const settings: Settings = await files?.settings() ?? new Map();
  const line = withSettings(given, CLIENT_OPTIONS, settings);
  const folder = typedPath(line.options.files);
  // A login of the settings is an offer, not an order.
  const said = saidLogin({ options: line.options, given: given.given });
  const isOpen = files !== undefined && !saysLogin(given.given);
  const last = isOpen ? await files.lastLogin() ?? line.options.login : undefined;
  const listener = listenEverywhere(line.options.messagePort);
  const filesListener = listenEverywhere(line.options.filesPort);
  const world = startClient(line);
  const login = last === undefined ? said : await askLogin(last, world);
  if (login === undefined) {
    world.terminal.show([goodbyeLine()]);
    listener.close();
    filesListener.close();
    return world.terminal.close();
  }
  if (isOpen && last === undefined && settings.size === 0) world.terminal.show([newHereLine()]);
  const { log, terminal } = world;
  const tell = (text: string): void => terminal.show([{ text, tone: "faint" }]);
  const place = await securePlace(login.place, line.options, { log, tell })
    .catch((error) => {
      listener.close();
      filesListener.close();
      terminal.close();
      throw error;
    });
  await runSession({ ...line.options, files: folder }, { ...login, place }, {
    ...world,
    tell,
    listener,
    filesListener,
    files,
  });
}

interface SessionPlace extends ClientWorld {
  /** Shows what the user should know. */
  readonly tell: (text: string) => void;
  readonly listener: Deno.TcpListener;
  readonly filesListener: Deno.TcpListener;
  readonly files: UserFiles | undefined;
}

async function runSession(
  { refresh, history, files: filesFolder, ...wishes }: ClientOptions,
  { user, place }: LoginChoice & { readonly place: MaybeSecure<ServerPlace> },
  { terminal, tell, log, trace, stopped, listener, filesListener, files }: SessionPlace,
): Promise<void> {
  const messagePort = listener.addr.port;
  terminal.show([bannerLine(place.host, place.tcpPort, messagePort)]);
  let remembered: Promise<void> | undefined;
  const remember = (user: UserId): void => {
    remembered = files?.remember(loginAddressText(user, place))
      .catch((error) => terminal.show([ownTroubleLine(error)]));
  };
  const session = new Session({
    server: place,
    presence: { udpPort: place.udpPort, messagePort, refreshSeconds: refresh },
    user,
    filesFolder,
    passwordFile: wishes.passwordFile,
    allowCleartextPasswords: wishes.allowCleartextPasswords,
    rooms: {
      server: {
        host: place.host,
        tcpPort: place.secure === undefined ? ROOM_OPTIONS.tcpPort.default : ROOM_TLS_PORT,
        udpPort: ROOM_OPTIONS.udpPort.default,
      },
      asks: ["host", "tcpPort", "udpPort"],
      // Nothing is said in the clear that might be said over TLS: room passwords among it.
      secure: place.secure && trustingRoomsFrom(place.host, wishes, { log, tell }),
    },
  }, {
    ...{ terminal, listener, filesListener, clock: Date.now, log, trace, remember },
    conversations: conversationsFor(history, terminal),
  });
  stopped.then(() => session.stop());
  await session.run();
  // Who leaves at once is remembered all the same.
  await remembered;
}
