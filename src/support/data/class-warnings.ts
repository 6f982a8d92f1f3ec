/** Classes that occur in a file of labels. */
interface Labels {
  readonly file: string;
  readonly classes: ReadonlySet<number>;
}

/** How many classes a warning names. */
const SHOWN = 10;

/** Classes of the test part that the training part lacks, and a training part of one class. */
export function classWarnings(train: Labels, test: Labels): string[] {
  const warnings: string[] = [];
  const missing = [...test.classes].filter((label) => !train.classes.has(label)).sort((a, b) => a - b);
  if (missing.length > 0) {
    const more = missing.length > SHOWN ? ` and ${missing.length - SHOWN} more` : "";
    const [classes, occur] = missing.length === 1 ? ["class", "occurs"] : ["classes", "occur"];
    const shown = `${missing.slice(0, SHOWN).join(", ")}${more}`;
    warnings.push(`${test.file} has the ${classes} ${shown}, which never ${occur} in ${train.file}`);
  }
  const [only] = train.classes;
  if (train.classes.size === 1) {
    warnings.push(`${train.file}: every label is ${only}, so that there is nothing to tell apart`);
  }
  return warnings;
}
