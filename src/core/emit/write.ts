import {
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
  if (statements.every((statement) => typeof statement === "string")) return joined(statements);
  project ??= new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    manipulationSettings: {
      indentationText: IndentationText.TwoSpaces,
      newLineKind: NewLineKind.LineFeed,
      quoteKind: QuoteKind.Double,
    },
  });
  // One structure call per file: many small manipulations would be slow.
  const file = project.createSourceFile("/file.ts", { statements: [...statements] }, { overwrite: true });
  const text = file.getFullText();
  project.removeSourceFile(file);
  return text;
}

/**
 * Texts as ts-morph prints them: each on a line of its own, after a blank one where a block ends. ts-morph would also parse the
 * file, which took most of the time of a compilation.
 */
function joined(texts: readonly string[]): string {
  let file = "";
  const newLine = (): void => {
    if (file !== "" && !file.endsWith("\n")) file += "\n";
  };
  for (const text of texts) {
    newLine();
    if (file.trimEnd().endsWith("}") && !file.endsWith("\n\n")) file += "\n";
    file += text;
  }
  newLine();
  return file;
}
