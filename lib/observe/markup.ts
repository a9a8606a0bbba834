/** Text in a page: the one place where it is made safe. */

import { visibleText } from "../core/visible_text.ts";

/** Markup that is safe to put into a page, because {@linkcode markup} made it. */
export class Markup {
  /** The markup. */
  readonly text: string;

  /** Only for {@linkcode markup} and for markup that stands in the source. */
  constructor(text: string) {
    this.text = text;
  }
}

/** Something that may stand in a template of {@linkcode markup}. */
export type MarkupValue = Markup | string | number | readonly MarkupValue[];

/**
 * Makes markup of a template. Every value that is not markup already is text: it is made visible and
 * escaped, in a tag's content as well as in an attribute between double quotes.
 */
export function markup(strings: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  return new Markup(
    strings.reduce((text, string, index) => text + textOf(values[index - 1]!) + string),
  );
}

function textOf(value: MarkupValue): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === "string") return escapeHtml(value);
  return typeof value === "number" ? String(value) : value.map(textOf).join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Any text as it may stand in a page, in content and in attributes. */
export function escapeHtml(text: string): string {
  return visibleText(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
