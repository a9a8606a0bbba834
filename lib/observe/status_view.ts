/** What a status page shows, before it is a page. */

import type { Histogram } from "../core/histogram.ts";
import type { Family } from "./metrics.ts";

/** A figure that is seen at a glance. */
export interface Tile {
  /** What it counts. */
  readonly label: string;
  /** As people read it. */
  readonly value: string;
  /** What it is made of, in a few words. */
  readonly note?: string;
}

/** How something does, where colour may help; the words say it, too. */
export type Tone = "good" | "bad" | "quiet";

/** A button. */
export interface Action {
  /** What it does. */
  readonly label: string;
  /** Where a change is sent to. */
  readonly path: string;
  /** What it is done to, for those who only hear the button. */
  readonly target: string;
  /** Whether that is how it is already. */
  readonly isOn: boolean;
}

/** What stands in a table's cell. */
export type Cell =
  | string
  | number
  | { readonly text: string; readonly tone: Tone }
  | { readonly actions: readonly Action[] };

/** A table. */
export interface Table {
  /** Unique in the page. */
  readonly id: string;
  /** What it is a table of. */
  readonly caption: string;
  /** Heads of the columns. */
  readonly columns: readonly string[];
  /** From top to bottom. */
  readonly rows: readonly (readonly Cell[])[];
  /** What is said instead of no rows. */
  readonly empty: string;
  /** How many more rows there are than these. */
  readonly more?: number;
}

/** Names beside each other. */
export interface List {
  /** Unique in the page. */
  readonly id: string;
  /** What they are the names of. */
  readonly caption: string;
  /** Any text. */
  readonly items: readonly string[];
  /** What is said instead of none. */
  readonly empty: string;
  /** How many more there are than these. */
  readonly more: number;
}

/** Something that is done over and over, for the charts. */
export interface Activity {
  /** What is done. */
  readonly name: string;
  /** What is timed, where that is something else. */
  readonly timed?: string;
  /** How often so far. */
  readonly total: number;
  /** How long it took each time, in seconds, where that is measured. */
  readonly seconds?: Histogram | undefined;
}

/** What people see of something beside its charts. */
export interface View {
  /** Figures for a glance. */
  readonly tiles?: readonly Tile[];
  /** Names. */
  readonly lists?: readonly List[];
  /** Everything else. */
  readonly tables?: readonly Table[];
}

/** A part of a program as it is seen. Nothing in it may be a secret. */
export interface Part {
  /** Everything, for programs. */
  state(): unknown;
  /** Everything, for Prometheus. */
  families(): readonly Family[];
  /** What it does over and over. */
  activities(): readonly Activity[];
  /** What people see. */
  view(): View;
}

/** A running program as those who look into it see it. Nothing here may hold a secret. */
export interface Observed {
  /** What the program is called. */
  readonly program: string;
  /** Why no work should be sent here; none when all is well. */
  troubles(): readonly string[];
  /** What it is made of, by name. */
  readonly parts: Readonly<Record<string, Part>>;
  /** Makes a change that somebody on this machine asks for; absent where there is nothing to change. */
  change?(request: Request): Response;
}
