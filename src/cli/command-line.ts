import { Command, Option } from "commander";
import type { DiagnosticFormat } from "../core/diagnostic.ts";
import { COMPILER_VERSION } from "../core/version.ts";
import { printableLines } from "../support/system/printable.ts";
import { note } from "./console.ts";

interface Reporting {
  readonly format: DiagnosticFormat;
  readonly quiet?: boolean;
}

interface Compiling extends Reporting {
  readonly outDir: string;
}

const SPECS = "YAML files, folders with specs, or patterns in quotes such as 'models/**/*.yaml'";

const EXAMPLES = `
Examples:
  npx lstm-compile init my-model                            a spec to start from
  npx lstm-compile my-model.yaml                            generated/my-model/
  npx lstm-compile run my-model.yaml -- --epochs 1          train; the program's options stand after --
  npx lstm-compile predict my-model.yaml --help             what its latest run can be asked
  npx lstm-compile check                                    is generated/ what its specs compile to?

Exit codes: 0 done; 1 a check or a training failed; 2 the spec or the command line is wrong; 3 the machine lacks something or refuses to write.
`;

/** On a terminal: what is being done, before the stages are loaded, which takes a second. */
function begin(what: string, options: { quiet?: boolean | undefined } = {}): void {
  if (process.stderr.isTTY) note(what, options);
}

/** The commands and their options. Stages are imported when they run: --help stays quick. `set` takes the exit code. */
export function commandLine(set: (exitCode: number) => void): Command {
  const root = new Command("lstm-compile")
    .description("Compiles YAML model specs into standalone TypeScript programs that train with TensorFlow.js.")
    .version(COMPILER_VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`${printableLines(text)}\n`) })
    .enablePositionalOptions()
    .showHelpAfterError("  fix: --help lists commands and options; options of a generated program stand after --")
    .addHelpText("after", EXAMPLES);

  const command = (name: string, options?: { isDefault: boolean }): Command =>
    root.command(name, options).option("--verbose", "print stacks, and what libraries print");
  const reporting = (to: Command): Command =>
    to
      .addOption(
        new Option("--format <format>", "how diagnostics look").choices(["text", "json", "github"]).default("text"),
      )
      .option("-q, --quiet", "errors only");
  const outDir = (to: Command): Command =>
    to.option("-o, --out-dir <folder>", "folder of the generated programs", "generated");

  reporting(outDir(command("compile", { isDefault: true })))
    .description("compile specs (the default command)")
    .argument("<spec...>", SPECS)
    .option("-w, --watch", "compile again when a spec changes")
    .action(async (specs: string[], options: Compiling & { watch?: boolean }) => {
      begin(`compiling ${specs.join(", ")}`, options);
      if (options.watch === true) {
        const { watchCommand } = await import("./watch-command.ts");
        set(await watchCommand(specs, options));
      } else {
        const { compileCommand } = await import("./compile-command.ts");
        set(compileCommand(specs, options));
      }
    });

  reporting(outDir(command("check")))
    .description("compare generated programs with their specs; writes nothing")
    .argument("[spec...]", `${SPECS} (default: specs/ and the specs of the programs in --out-dir)`)
    .option("--allow-version-drift", "accept files that differ only in the compiler version that they state")
    .action(async (specs: string[], options: Compiling & { allowVersionDrift?: boolean }) => {
      begin(`comparing ${options.outDir} with its specs`, options);
      const { checkCommand } = await import("./check-command.ts");
      set(checkCommand(specs, options));
    });

  outDir(command("prune"))
    .description("remove generated programs whose specs are gone; what was edited or added stays")
    .option("-n, --dry-run", "say what would be removed; change nothing")
    .option("-q, --quiet", "errors only")
    .action(async (options: { outDir: string; dryRun?: boolean; quiet?: boolean }) => {
      const { pruneCommand } = await import("./prune-command.ts");
      set(pruneCommand(options));
    });

  reporting(command("validate"))
    .description("check specs against schema and rules; writes nothing without --fix")
    .argument("<spec...>", SPECS)
    .option("--fix", "correct spellings that can only have been meant in one way, in the files themselves")
    .action(async (specs: string[], options: Reporting & { fix?: boolean }) => {
      begin(`checking ${specs.join(", ")}`, options);
      const { validateCommand } = await import("./validate-command.ts");
      set(validateCommand(specs, options));
    });

  reporting(outDir(command("run")))
    .description("compile a spec and train it; what follows -- goes to the program")
    .usage("[options] <spec> [-- arguments of train.ts]")
    .argument("<spec>", "YAML file")
    .argument("[arguments...]", "arguments of train.ts, after --")
    .action(async (spec: string, args: string[], options: Compiling) => {
      begin(`compiling ${spec}`, options);
      const { runCommand } = await import("./run-command.ts");
      set(await runCommand(spec, args, options));
    });

  outDir(command("predict"))
    .description("predict with a run; what follows the run goes to its predict.ts")
    .usage("[options] <spec or run> [-- arguments of predict.ts]")
    .argument("<spec or run>", "a spec, for the latest run of its program, or a run's folder")
    .argument("[arguments...]", "arguments of predict.ts; its options stand after --")
    .passThroughOptions()
    .action(async (what: string, args: string[], options: { outDir: string }) => {
      begin(`predicting with ${what}`);
      const { predictCommand } = await import("./predict-command.ts");
      set(await predictCommand(what, args, options));
    });

  command("explain")
    .description("layers, shapes, parameters, FLOPs, memory and an estimate of the time")
    .argument("<spec>", "YAML file")
    .option("--json", "for machines")
    .option("-q, --quiet", "errors only")
    .action(async (spec: string, options: { json?: boolean; quiet?: boolean }) => {
      begin(`reading ${spec}`, options);
      const { explainCommand } = await import("./explain-command.ts");
      set(explainCommand(spec, options));
    });

  command("inspect")
    .description("what is in the table of a spec: rows, columns, ranges, missing values, and all that is wrong with it")
    .argument("<spec>", "YAML file")
    .option("--data <folder>", "folder of the data files (default: that of the spec)")
    .option("--json", "for machines")
    .action(async (spec: string, options: { json?: boolean; data?: string }) => {
      begin(`reading the data of ${spec}`);
      const { inspectCommand } = await import("./inspect-command.ts");
      set(await inspectCommand(spec, options));
    });

  command("init")
    .description("write a spec to start from, into the current folder")
    .argument("[name]", "name of the model", "my-model")
    .addOption(
      new Option("-t, --template <template>", "what for").choices(["classify", "forecast", "text"]).default("classify"),
    )
    .action(async (name: string, options: { template: "classify" | "forecast" | "text" }) => {
      const { initCommand } = await import("./init-command.ts");
      set(initCommand(name, options.template));
    });

  command("schema")
    .description("print the JSON Schema of specs")
    .action(async () => {
      const { schemaText } = await import("../node.ts");
      process.stdout.write(schemaText());
    });

  command("support")
    .description("list the files that this version can put beside a program, with their SHA-256, as sha256sum does")
    .action(async () => {
      const { supportList } = await import("../node.ts");
      process.stdout.write(supportList());
    });

  command("import")
    .description("write a spec of a saved Keras (.keras, .h5) or TensorFlow.js (model.json) model")
    .argument("<model>", "model.keras, model.h5 or model.json")
    .option("-o, --output <spec>", "the spec to write (default: stdout)")
    .option("--timesteps <number>", "for models whose inputs leave them open")
    .action(async (model: string, options: { output?: string; timesteps?: string }) => {
      begin(`reading ${model}`);
      const { importCommand } = await import("./import-command.ts");
      set(await importCommand(model, options));
    });

  command("weights")
    .description("bring weights of a file into a run, or those of a run into a file")
    .argument("<action>", "import or export")
    .argument("<spec>", "YAML file")
    .argument("[file]", "import: model.keras, model.h5, model.weights.h5 or model.json")
    .option("--run <folder>", "the run's folder (default: runs/<name>)")
    .option("-o, --output <file>", "export: a name that ends in .keras, .weights.h5 or model.json")
    .action(
      async (action: string, spec: string, file: string | undefined, options: { run?: string; output?: string }) => {
        begin(`reading ${action === "import" ? (file ?? spec) : spec}`);
        const { weightsCommand } = await import("./weights-command.ts");
        set(await weightsCommand(action, spec, file, options));
      },
    );

  command("backend")
    .description("list, install or remove native backends")
    .argument("<action>", "list, install, remove or check")
    .argument("[name]", "gpu, cpu or webgpu")
    .option("--offline", "never touch the network")
    .option("--without-device", "install gpu also where there is no NVIDIA driver")
    .action(async (action: string, name: string | undefined, options: Record<string, boolean | undefined>) => {
      const { backendCommand } = await import("../support/backends/cli.ts");
      const flags = { offline: "--offline", withoutDevice: "--without-device", verbose: "--verbose" };
      const given = Object.entries(flags).flatMap(([key, flag]) => (options[key] === true ? [flag] : []));
      set(await backendCommand([action, ...(name === undefined ? [] : [name]), ...given]));
    });

  command("doctor")
    .description("what this machine can train on, and what is missing for more")
    .option("--json", "for machines")
    .action(async (options: { json?: boolean; verbose?: boolean }) => {
      begin("trying the backends");
      const { doctorCommand } = await import("./doctor-command.ts");
      set(await doctorCommand(options));
    });
  return root;
}
