/**
 * A list for what comes and goes by the thousand a second: connections, deadlines.
 *
 * A `Set` would do, but for what it costs the garbage collector. It makes a new table whenever its old
 * one is full of holes, every few dozen connections, and an old table, once it has lived long enough
 * to be spared by the quick collections, keeps all that was in it, and the next table: everything that
 * ever was in the set is then moved twice, and thrown away by a slow collection. Measured in the
 * balancer, that was 3 KB of every connection, and a tenth of its processor time.
 */

class Node<T> {
  readonly value: T;
  before: Node<T> | undefined;
  after: Node<T> | undefined;
  isIn = true;

  constructor(value: T, before: Node<T> | undefined) {
    this.value = value;
    this.before = before;
    this.after = undefined;
  }
}

/** Something's place in a list: what it is taken out by. */
export interface Link<T> {
  /** What is there. */
  readonly value: T;
}

/** Values in the order in which they were added. */
export class LinkedList<T> {
  #first: Node<T> | undefined;
  #last: Node<T> | undefined;
  #size = 0;

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** The one that was added before all others. */
  get first(): Link<T> | undefined {
    return this.#first;
  }

  /** Puts a value at the end. */
  add(value: T): Link<T> {
    const node = new Node(value, this.#last);
    if (this.#last === undefined) this.#first = node;
    else this.#last.after = node;
    this.#last = node;
    this.#size++;
    return node;
  }

  /** Takes a value out; doing so again does nothing. */
  remove(link: Link<T>): void {
    const node = link as Node<T>;
    if (!node.isIn) return;
    node.isIn = false;
    const { before, after } = node;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    // Whatever still knows the one that has gone must not keep the others.
    node.before = node.after = undefined;
    this.#size--;
  }

  /** All that are there now; what comes or goes meanwhile does not change it. */
  values(): T[] {
    const values: T[] = [];
    for (let node = this.#first; node !== undefined; node = node.after) values.push(node.value);
    return values;
  }

  /** Takes all out. */
  clear(): void {
    while (this.#first !== undefined) this.remove(this.#first);
  }
}
