/**
 * The classic story of two buddies: they register, find each other, talk, and part. Every step is
 * checked against what the person at that client must see.
 */

import { within } from "../../lib/core/within.ts";
import { type Launch, Program } from "./program.ts";

/** What the story is played with. */
export interface Stage {
  readonly server: Launch;
  readonly client: Launch;
  /** Where the server keeps its data, and nothing else is. */
  readonly directory: string;
  /** Where what each person saw and typed is written. */
  readonly transcripts: readonly [string, string];
  /** Is told what the server has bound, before anybody comes. */
  readonly opened?: (ready: { readonly status: number | null }) => Promise<void>;
  /** Is called when everybody has left, before the server stops. */
  readonly ending?: () => Promise<void>;
}

/** Time until a person who did not see what they look for looks again. */
const NEXT_LOOK_MS = 300;

/**
 * Plays the story from the first line to the last.
 *
 * @throws StoryError at the first step that differs, with what was shown instead
 */
export async function playStory(stage: Stage): Promise<void> {
  const { server, client, directory, transcripts } = stage;
  await using host = new Program("The server", server, ["0", "0", `${directory}/data`], directory);
  const ready = JSON.parse((await host.sees("ready ")).slice("ready ".length));
  const { buddy } = ready;
  await stage.opened?.(ready);
  const dial = [
    "--server",
    "127.0.0.1",
    "--tcp-port",
    `${buddy.tcp}`,
    "--udp-port",
    `${buddy.udp}`,
  ];

  const arrive = (name: string, transcript: string): Program =>
    new Program(name, client, [...dial, "--transcript", transcript], directory);
  await using one = arrive("Client 1", transcripts[0]);
  await one.sees("messages on port");
  await says(one, ["R", "alice"], "Registered as alice");
  await says(one, ["A", "bob"], "202 NO SUCH USER");

  await using two = arrive("Client 2", transcripts[1]);
  await two.sees("messages on port");
  await says(two, ["R", "bob"], "Registered as bob");
  await says(two, ["A", "alice"], "alice is now your buddy");

  await says(one, ["A", "bob"], "bob is now your buddy");
  await seesOnline(one, "bob");
  await seesOnline(two, "alice");
  await says(one, ["M", "bob"], "Calling bob");
  await two.sees("alice is calling");
  await says(two, ["Y"], "You are in a chat with alice");
  await one.sees("You are in a chat with bob");

  await one.types("Hello buddy!");
  await two.sees("alice: Hello buddy!");
  await two.types("Nice to meet you buddy!");
  await one.sees("bob: Nice to meet you buddy!");
  await says(two, ["q"], "You ended the chat with alice");
  await one.sees("bob ended the chat");

  await says(two, ["D", "carol"], "202 NO SUCH USER");
  await says(two, ["A", "alice"], "201 INVALID");
  await says(two, ["X"], "Goodbye");
  await two.leaves();

  await says(one, ["D", "bob"], "bob is not your buddy any more");
  await says(one, ["S"], "You have no buddies yet");
  await says(one, ["X"], "Goodbye");
  await one.leaves();
  await stage.ending?.();
  await host.stops();
}

async function says(who: Program, lines: readonly string[], answer: string): Promise<void> {
  for (const line of lines) await who.types(line);
  await who.sees(answer);
}

/** Waits as a person does: looks, and looks again, until the buddy is there. */
async function seesOnline(who: Program, buddy: string): Promise<void> {
  const seen = who.sees(new RegExp(`^${buddy} +ONLINE`)).then(() => true);
  // Without an answer of the server a look shows no list at all.
  do await who.types("S"); while (!await within(NEXT_LOOK_MS, seen, () => false));
}
