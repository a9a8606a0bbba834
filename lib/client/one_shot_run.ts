/**
 * The commands for scripts, from their words to their exit: results on stdout, messages on stderr,
 * and the exit codes of the contract.
 */

import { CLIENT_OPTIONS } from "../config/client_options.ts";
import { withSettings } from "../config/client_settings.ts";
import type { CommandLine } from "../config/command_line.ts";
import { placeOf, type ServerPlace } from "../config/login_address.ts";
import {
  ADD_PROGRAM,
  CALL_PROGRAM,
  DEL_PROGRAM,
  type OneShotOptions,
  REG_OPTIONS,
  REG_PROGRAM,
  STATUS_PROGRAM,
} from "../config/one_shot_options.ts";
import type { OptionValues } from "../config/option.ts";
import type { Program } from "../config/program.ts";
import { EXIT, type ProgramOptions, runProgram } from "../config/start.ts";
import { OperationalError, UnreachableError } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import type { UserId } from "../core/user_id.ts";
import { BuddyQuery } from "./buddy_query.ts";
import { clientLog } from "./client_start.ts";
import { passwordsFrom } from "./password_questions.ts";
import { secretTerminal } from "./secret_terminal.ts";
import { makeCall, reachableBuddy } from "./one_call.ts";
import { type Change, changeOutcome } from "./one_shot_screens.ts";
import { checkPrinted, SCRIPT_STREAMS } from "./script_streams.ts";
import { securePlace } from "./secure_place.ts";
import { ServerLink } from "./server_link.ts";
import { printStatus, watchStatus } from "./status_watch.ts";
import { onStopSignals } from "./stop_signals.ts";
import { UserFiles } from "./user_files.ts";

/** What a command works with. */
export interface Errand<Options> {
  readonly options: Options;
  readonly user: UserId;
  readonly place: ServerPlace;
  readonly link: ServerLink;
  readonly log: Log;
}

/** Makes the runner of a command: words read, done, and the exit code told. */
export function runs<T extends ProgramOptions & typeof REG_OPTIONS>(
  program: Program<T>,
  work: (errand: Errand<OptionValues<T>>) => Promise<void>,
): (words: readonly string[]) => Promise<never> {
  return (words) =>
    runProgram(program, words, async ({ options: given, given: names }) => {
      const options = given as OneShotOptions;
      const log = clientLog({ options, given: names });
      const said = placeOf(options.user, options, names);
      const isSaid = options.user?.host !== undefined ||
        PLACE_OPTIONS.some((name) => names.has(name));
      const usual = isSaid ? undefined : await usualServer({ options, given: names });
      try {
        const tell = (line: string): void => SCRIPT_STREAMS.tell(line);
        const { place: named, wishes } = usual ?? { place: said, wishes: options };
        const place = await securePlace(named, wishes, { log, tell });
        // A command line without a user was refused.
        const user = options.user!.user!;
        const { passwordFile: path, allowCleartextPasswords } = wishes;
        const askPassword = passwordsFrom(secretTerminal(), { path, user, tell });
        const link = new ServerLink(place, log, { allowCleartextPasswords, askPassword });
        await work({ options: given, user, place, link, log });
        checkPrinted();
      } catch (error) {
        if (isSaid || usual !== undefined || !(error instanceof UnreachableError)) throw error;
        throw new UnreachableError(`${error.message} (${NAME_A_SERVER})`, { cause: error });
      }
      return EXIT.done;
    });
}

const PLACE_OPTIONS: readonly (keyof OneShotOptions)[] = ["server", "tcpPort", "udpPort"];

/** What to do about a server that is not there, when none was named. */
const NAME_A_SERVER = "name the server: USER@HOST or --server HOST, or once: client setup";

/** The settings about TLS and passwords: they belong to the server that is set up. */
const TRUST_SETTINGS: readonly string[] = [
  ...["tls", "tlsPort", "ca", "passwordFile", "allowCleartextPasswords"],
];

/**
 * The server of the user's settings, and how to speak to it: one that was set up with TLS is never
 * spoken to in the clear. What was used last is no matter of a script's.
 */
async function usualServer(
  line: Pick<CommandLine<typeof REG_OPTIONS>, "options" | "given">,
): Promise<{ place: ServerPlace; wishes: OneShotOptions } | undefined> {
  const settings = await UserFiles.ofThisUser().settings();
  const login = settings.get("login");
  if (login === undefined) return undefined;
  const held = new Map([...settings].filter(([name]) => TRUST_SETTINGS.includes(name)));
  return {
    place: placeOf(CLIENT_OPTIONS.login.parse(login.texts, login.label)),
    wishes: withSettings(line, REG_OPTIONS, held).options,
  };
}

async function change(link: ServerLink, request: Change): Promise<void> {
  const { isDone, text } = changeOutcome(request, await link.request(request));
  if (!isDone) throw new OperationalError(text);
  SCRIPT_STREAMS.print(text);
}

/** Resolves when a signal asks the command to end. */
export function stopSignalled(): Promise<void> {
  return new Promise((resolve) => onStopSignals(resolve));
}

/** Runs `client reg`. */
export const runRegCommand = runs(
  REG_PROGRAM,
  ({ user, link }) => change(link, { kind: "register", user }),
);

/** Runs `client add`. */
export const runAddCommand = runs(
  ADD_PROGRAM,
  ({ user, link, options }) => change(link, { kind: "add", user, buddy: options.buddy! }),
);

/** Runs `client del`. */
export const runDelCommand = runs(
  DEL_PROGRAM,
  ({ user, link, options }) => change(link, { kind: "remove", user, buddy: options.buddy! }),
);

/** Runs `client status`. */
export const runStatusCommand = runs(STATUS_PROGRAM, async ({ user, link, place, options }) => {
  const { json, refresh, watch } = options;
  const query = new BuddyQuery(link, place.udpPort);
  const world = { query, streams: SCRIPT_STREAMS, clock: Date.now };
  const errand = { user, json, refreshSeconds: refresh };
  if (watch) await watchStatus(errand, { ...world, stopped: stopSignalled() });
  else await printStatus(errand, world);
});

/** Runs `client call`. */
export const runCallCommand = runs(CALL_PROGRAM, async ({ user, link, place, options, log }) => {
  const query = new BuddyQuery(link, place.udpPort);
  const reachable = reachableBuddy(user, await query.list(user), options.buddy!);
  const call = { ...reachable, waitSeconds: options.wait };
  await makeCall(call, { streams: SCRIPT_STREAMS, log, stopped: stopSignalled() });
});
