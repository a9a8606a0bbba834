import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { nearest } from "../../lib/config/nearest.ts";

const KNOWN = ["tcp-port", "udp-port", "data", "host", "help"];

Deno.test("nearest() finds what was meant: a letter more, less, wrong, swapped or in capitals", {
  permissions: "none",
}, () => {
  const typos: Readonly<Record<string, string>> = {
    "tcp-portt": "tcp-port",
    "tcpport": "tcp-port",
    "tcp_port": "tcp-port",
    "tpc-port": "tcp-port",
    "TCP-Port": "tcp-port",
    "udpp-prt": "udp-port",
    "dat": "data",
    "hots": "host",
    "hlep": "help",
  };
  for (const [typo, meant] of Object.entries(typos)) assertEquals(nearest(typo, KNOWN), meant);
});

Deno.test("nearest() finds nothing for a word that is far from all", {
  permissions: "none",
}, () => {
  for (const word of ["", "x", "verbose", "dada-base", "port-tcp"]) {
    assertEquals(nearest(word, KNOWN), undefined, word);
  }
  assertEquals(nearest("data", []), undefined);
});

Deno.test("nearest() knows a word by its beginning, where only one begins so", {
  permissions: "none",
}, () => {
  assertEquals(nearest("stat", ["status", "receive"]), "status");
  assertEquals(nearest("com", ["completions", "command"]), undefined);
  assertEquals(nearest("co", ["completions"]), undefined, "too short");
});

Deno.test("nearest() prefers the closest, and the first of equals", { permissions: "none" }, () => {
  assertEquals(nearest("hosts", ["posts", "host", "hosts"]), "hosts");
  assertEquals(nearest("xdp-port", KNOWN), "udp-port");
  assertEquals(nearest("bat", ["cat", "rat"]), "cat");
});

Deno.test("nearest() finds a word with one letter dropped or replaced, anywhere", {
  permissions: "none",
}, () => {
  const words = fc.stringMatching(/^[a-z-]{2,20}$/);
  fc.assert(fc.property(words, fc.nat(), fc.constantFrom("", "#"), (meant, place, letter) => {
    const at = place % meant.length;
    assertEquals(nearest(meant.slice(0, at) + letter + meant.slice(at + 1), [meant]), meant);
  }));
});

Deno.test("nearest() finds no word that shares nothing with what was typed", {
  permissions: "none",
}, () => {
  assertEquals(nearest("", ["q", "who"]), undefined);
  assertEquals(nearest("x", ["q", "no"]), undefined);
  assertEquals(nearest("qq", ["q", "who"]), undefined);
});
