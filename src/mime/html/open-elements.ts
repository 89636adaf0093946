/** The open elements at a point of the HTML, to a bounded depth. */
export interface OpenElements<Element> {
  /** False if the element is too deep to be kept. */
  open(name: string, element: Element): boolean;
  /** Closes the nearest element with this name and all inside it; false if the end tag matches none that was kept. */
  close(name: string): boolean;
  /** Closes the innermost elements while they have one of the names. */
  closeInner(names: readonly string[]): void;
}

interface Limits<Element> {
  readonly maxDepth: number;
  /** Called for each element that closes, the inner ones first. */
  readonly onClose: (element: Element) => void;
}

/**
 * Tracks open elements so that every tag costs constant work: 100,000 nested elements, or as many end tags that close nothing,
 * would otherwise be quadratic.
 */
export function createOpenElements<Element>({ maxDepth, onClose }: Limits<Element>): OpenElements<Element> {
  const stack: { readonly name: string; readonly element: Element }[] = [];
  const kept = new Map<string, number>();
  const tooDeep = new Map<string, number>();

  const pop = (): string | null => {
    const top = stack.pop();
    if (top === undefined) return null;
    kept.set(top.name, (kept.get(top.name) ?? 1) - 1);
    onClose(top.element);
    return top.name;
  };

  return {
    open(name, element) {
      if (stack.length >= maxDepth) {
        tooDeep.set(name, (tooDeep.get(name) ?? 0) + 1);
        return false;
      }
      stack.push({ name, element });
      kept.set(name, (kept.get(name) ?? 0) + 1);
      return true;
    },
    close(name) {
      const deep = tooDeep.get(name) ?? 0;
      if (deep > 0) {
        tooDeep.set(name, deep - 1);
        return false;
      }
      if ((kept.get(name) ?? 0) === 0) return false;
      for (let closed = pop(); closed !== null && closed !== name; closed = pop());
      return true;
    },
    closeInner(names) {
      for (let top = stack.at(-1); top !== undefined && names.includes(top.name); top = stack.at(-1)) pop();
    },
  };
}
