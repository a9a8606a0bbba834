/**
 * A program with one option of each kind, for the tests of its command line.
 */

import { type CommandLine, parseCommandLine } from "../../lib/config/command_line.ts";
import {
  addressRanges,
  choices,
  type OptionTable,
  type OptionValues,
  port,
  text,
  toggle,
} from "../../lib/config/option.ts";
import { COMMON_OPTIONS, type Program } from "../../lib/config/program.ts";

/** Its options. */
export const OPTIONS = {
  tcpPort: port("tcp-port", 1234, ""),
  udpPort: port("udp-port", 1235, ""),
  data: text("data", "DIR", "./data", ""),
  advertise: text("advertise", "ADDR", undefined, ""),
  services: choices("services", ["buddy", "rooms", "chat"], ["buddy"], ""),
  trustProxy: addressRanges("trust-proxy", ""),
  trace: toggle("trace", ""),
  ...COMMON_OPTIONS,
} satisfies OptionTable;

const PROGRAM: Program<typeof OPTIONS> = {
  name: "server",
  summary: "",
  positionals: [
    { name: "TCP_PORT", option: "tcpPort" },
    { name: "DATA_DIR", option: "data" },
  ],
  options: OPTIONS,
  examples: [],
};

/** What its options are when nobody says otherwise. */
export const DEFAULTS: OptionValues<typeof OPTIONS> = {
  tcpPort: 1234,
  udpPort: 1235,
  data: "./data",
  advertise: undefined,
  services: ["buddy"],
  trustProxy: [],
  trace: false,
  config: undefined,
  log: "text",
  logLevel: "info",
  help: false,
  version: false,
};

/** The config file every test may name with `--config f`. */
const FILE = `{
  // Comments are allowed, and a comma at the end.
  "tcpPort": 5001,
  "data": "from-file",
  "trace": true,
  "trustProxy": ["10.0.0.0/8", "::1"],
}`;

function readFile(path: string): Promise<string> {
  return path === "f" ? Promise.resolve(FILE) : Promise.reject(new Error(`no file ${path}`));
}

/** Reads a command line of the program. */
export async function lineOf(...words: readonly string[]): Promise<CommandLine<typeof OPTIONS>> {
  return await parseCommandLine(PROGRAM, words, readFile);
}

/** The options that a command line of the program comes to. */
export async function optionsOf(
  ...words: readonly string[]
): Promise<OptionValues<typeof OPTIONS>> {
  return (await lineOf(...words)).options;
}
