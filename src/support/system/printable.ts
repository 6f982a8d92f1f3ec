/** More than anybody reads of one message; a value quoted in it can have millions of characters. */
const MAX_MESSAGE = 2000;
const MAX_STACK = 20_000;
/** What is kept of the end, where messages say what to do. */
const MAX_END = 400;

/** One line of text from outside, harmless on a terminal: control characters and other invisible ones become a dot. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, "\u00b7");
}

/** A message as it is printed: cut in the middle where it is very long, with a count of what was left out; one line. */
export function printableMessage(text: string): string {
  return printable(withoutMiddle(text));
}

/** A message that may have lines of its own: each after the first is marked, so that none can pass for another message. */
export function printableLines(text: string, maximum = MAX_MESSAGE): string {
  return withoutMiddle(text.trimEnd(), maximum).split(/\r?\n/).map(printable).join("\n  | ");
}

/** The stack of an error, with its frames. */
export function printableStack(stack: string): string {
  return printableLines(stack, MAX_STACK);
}

/** A long text without its middle, and how much that was. */
export function withoutMiddle(text: string, maximum = MAX_MESSAGE): string {
  if (text.length <= maximum) return text;
  const left = text.length - maximum;
  return `${text.slice(0, maximum - MAX_END)} […${left.toLocaleString("en-US")} characters left out…] ${text.slice(-MAX_END)}`;
}
