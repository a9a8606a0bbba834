/**
 * Plays a conversation of two people at two real terminals, with the real programs, and draws what is
 * on them into `docs/conversation.svg`, as `deno task picture`. Needs `tmux`.
 */

import { ClientScreen, NO_SCREEN } from "../tests/support/client_screen.ts";
import { ServerProcess } from "../tests/support/server_process.ts";
import { wordsFor } from "./command_line.ts";
import { complain, print } from "./print.ts";
import { readScreen } from "./picture/cells.ts";
import { drawTerminals, type TerminalView } from "./picture/svg.ts";

const PICTURE = new URL("../docs/conversation.svg", import.meta.url);
const SIZE = { columns: 64, rows: 18 };
const DESCRIPTION =
  "Two terminals. Alice and Bob register, add each other as buddies, see that the " +
  "other is online, and chat; a line that Alice has begun to type stays below what Bob says.";

async function says(who: ClientScreen, line: string, answer: string): Promise<void> {
  await who.types(line);
  await who.presses("Enter");
  await who.shows(answer);
}

async function play(alice: ClientScreen, bob: ClientScreen): Promise<void> {
  await says(alice, "R alice", "Registered as alice");
  await says(bob, "R bob", "Registered as bob");
  await says(bob, "A alice", "alice is now your buddy");
  await says(alice, "A bob", "bob is now your buddy");
  await says(bob, "S", "ONLINE");
  await says(alice, "M bob", "Calling bob");
  await bob.shows("alice is calling");
  await says(bob, "Y", "You are in a chat with alice");
  await alice.shows("You are in a chat with bob");
  await says(alice, "Hello buddy!", "Hello buddy!");
  await bob.shows("alice: Hello buddy!");
  await says(bob, "Nice to meet you buddy!", "Nice to meet you buddy!");
  await alice.shows("bob: Nice to meet you buddy!");
  await alice.types("Shall we have lun");
  await alice.shows("Shall we have lun");
  await says(bob, "Lunch at noon?", "Lunch at noon?");
  await alice.shows("bob: Lunch at noon?");
}

async function viewOf(title: string, screen: ClientScreen): Promise<TerminalView> {
  const lines = readScreen(await screen.colours());
  const [column = 0, row = 0] = (await screen.cursor()).split(" ").map(Number);
  return { title, lines, cursor: [column, row], ...SIZE };
}

async function screenAt(tcp: number, udp: number): Promise<ClientScreen> {
  const args = [`--tcp-port=${tcp}`, `--udp-port=${udp}`, "--no-history"];
  return await ClientScreen.open(args, "? help", [], undefined, SIZE);
}

wordsFor(
  "picture",
  "Play a conversation and draw it into docs/conversation.svg: deno task picture\n",
);
if (NO_SCREEN !== undefined) {
  complain(`Cannot play at terminals: ${NO_SCREEN}`);
  Deno.exit(1);
}
const directory = await Deno.makeTempDir({ prefix: "parley-picture-" });
{
  await using server = await ServerProcess.start(`${directory}/data`);
  const { tcp, udp } = server.ports.buddy;
  await using alice = await screenAt(tcp, udp);
  await using bob = await screenAt(tcp, udp);
  await play(alice, bob);
  const views = [await viewOf("alice", alice), await viewOf("bob", bob)];
  await Deno.writeTextFile(PICTURE, drawTerminals(views, DESCRIPTION));
}
await Deno.remove(directory, { recursive: true });
print("docs/conversation.svg shows what was on the terminals just now.\n");
