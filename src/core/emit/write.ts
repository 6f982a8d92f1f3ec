import {
  type CodeBlockWriter,
  type FunctionDeclarationStructure,
  IndentationText,
  NewLineKind,
  Project,
  QuoteKind,
  type WriterFunction,
} from "ts-morph";

/** A part of a file, as ts-morph takes it: a structure for a declaration, a writer or text for all else. */
export type Statement = string | WriterFunction | FunctionDeclarationStructure;

let project: Project | undefined;

/** Prints one TypeScript file. */
export function printFile(statements: readonly Statement[]): string {
  project ??= new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    manipulationSettings: {
      indentationText: IndentationText.TwoSpaces,
      newLineKind: NewLineKind.LineFeed,
      quoteKind: QuoteKind.Double,
    },
  });
  if (statements.every(isText)) return printText(project.createWriter(), statements);
  // One structure call per file: many small manipulations would be slow.
  const file = project.createSourceFile("/file.ts", { statements: [...statements] }, { overwrite: true });
  const text = file.getFullText();
  project.removeSourceFile(file);
  return text;
}

function isText(statement: Statement): statement is string | WriterFunction {
  return typeof statement !== "object";
}

/**
 * As ts-morph prints text, but without a syntax tree of what it has printed: to parse files that have no structures took most of
 * the time of a compilation.
 */
function printText(writer: CodeBlockWriter, parts: readonly (string | WriterFunction)[]): string {
  for (const part of parts) {
    if (endsWithBlock(writer)) writer.blankLineIfLastNot();
    else if (!writer.isAtStartOfFirstLineOfBlock()) writer.newLineIfLastNot();
    if (typeof part === "string") writer.write(part);
    else part(writer);
  }
  writer.conditionalNewLine(!writer.isAtStartOfFirstLineOfBlock() && !writer.isLastNewLine());
  return writer.toString();
}

function endsWithBlock(writer: CodeBlockWriter): boolean {
  const last = writer.iterateLastChars((character) => (character.trim() === "" ? undefined : character));
  return last === "}";
}
