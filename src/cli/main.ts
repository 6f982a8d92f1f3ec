import { Command, CommanderError } from "commander";
import { CommandError } from "../command-error.ts";
import { UserError } from "../support/user-error.ts";
import { COMPILER_VERSION } from "../version.ts";

type Format = "text" | "json" | "github";

/** Runs the command line; returns the exit code. Stages are imported where they are needed: --help stays quick. */
export async function main(argv: readonly string[]): Promise<number> {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0); // the reader has seen enough
  });
  let exitCode = 0;
  const set = (code: number): void => {
    exitCode = code;
  };
  try {
    await program(set).parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    return failure(error, argv.includes("--verbose"));
  }
}

function failure(error: unknown, verbose: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof CommandError || error instanceof UserError) {
    process.stderr.write(`error: ${error.message}\n  fix: ${error.fix}\n`);
    return error.exitCode;
  }
  const { stack } = error as Error;
  process.stderr.write(`error: this is a bug in lstm-compile ${COMPILER_VERSION}: ${(error as Error).message}\n`);
  process.stderr.write(verbose ? `${stack}\n` : "  fix: report it with the spec and the output of --verbose\n");
  return 1;
}

function program(set: (code: number) => void): Command {
  const root = new Command("lstm-compile")
    .description("Compiles YAML model specs into standalone TypeScript programs that train with TensorFlow.js.")
    .version(COMPILER_VERSION)
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true })
    .enablePositionalOptions()
    .option("--verbose", "print stacks and what the libraries print");
  const format = (command: Command): Command =>
    command.option("--format <format>", "text, json or github", (value): Format => {
      if (value === "text" || value === "json" || value === "github") return value;
      throw new CommandError(`--format is ${JSON.stringify(value)}`, { exitCode: 2, fix: "give text, json or github" });
    }, "text");
  const outDir = (command: Command): Command =>
    command.option("-o, --out-dir <folder>", "folder of the generated programs", "generated");

  format(outDir(root.command("compile", { isDefault: true })))
    .description("compile specs (the default command)")
    .argument("<spec...>", "YAML files")
    .option("-w, --watch", "compile again when a spec changes")
    .option("-q, --quiet", "errors only")
    .action(async (specs: string[], options: { outDir: string; format: Format; quiet?: boolean; watch?: boolean }) => {
      const { compileCommand, watchCommand } = await import("./compile-command.ts");
      set(options.watch === true ? await watchCommand(specs, options) : compileCommand(specs, options));
    });

  format(outDir(root.command("check")))
    .description("compare generated code with its specs; writes nothing")
    .argument("[spec...]", "YAML files (default: specs/*.yaml)")
    .option("--allow-version-drift", "accept code that differs only because another compiler version wrote it")
    .action(async (specs: string[], options: { outDir: string; format: Format; allowVersionDrift?: boolean }) => {
      const { checkCommand } = await import("./check-command.ts");
      set(checkCommand(specs, options));
    });

  format(root.command("validate"))
    .description("check specs against schema and rules; writes nothing")
    .argument("<spec...>", "YAML files")
    .action(async (specs: string[], options: { format: Format }) => {
      const { validateCommand } = await import("./compile-command.ts");
      set(validateCommand(specs, options));
    });

  outDir(root.command("run"))
    .description("compile a spec and train it; arguments after -- go to the program")
    .argument("<spec>", "YAML file")
    .argument("[arguments...]", "arguments of train.ts")
    .passThroughOptions()
    .action(async (spec: string, args: string[], options: { outDir: string }) => {
      const { runCommand } = await import("./compile-command.ts");
      set(await runCommand(spec, args[0] === "--" ? args.slice(1) : args, options));
    });

  root
    .command("explain")
    .description("layers, shapes, parameters, FLOPs, memory and an estimate of the time")
    .argument("<spec>", "YAML file")
    .option("--json", "for machines")
    .action(async (spec: string, options: { json?: boolean }) => {
      const { explainCommand } = await import("./explain-command.ts");
      set(explainCommand(spec, options));
    });

  root
    .command("init")
    .description("write a spec to start from")
    .argument("[name]", "name of the model", "my-model")
    .option("-t, --template <template>", "classify, forecast or text", "classify")
    .action(async (name: string, options: { template: string }) => {
      const { initCommand } = await import("./init-command.ts");
      set(initCommand(name, options.template));
    });

  root
    .command("schema")
    .description("print the JSON Schema of specs")
    .action(async () => {
      const { schemaText } = await import("../validate/schema.ts");
      process.stdout.write(schemaText());
    });

  root
    .command("backend")
    .description("list, install or remove backends")
    .argument("<action>", "list, install or remove")
    .argument("[name]", "cpu, gpu or webgpu")
    .option("--offline", "never touch the network")
    .action(async (action: string, name: string | undefined, options: { offline?: boolean }) => {
      const { backendCommand } = await import("../support/backends/cli.ts");
      set(await backendCommand([action, ...(name === undefined ? [] : [name]), ...(options.offline ? ["--offline"] : [])]));
    });

  root
    .command("doctor")
    .description("what this machine can train on, and why not more")
    .option("--json", "for machines")
    .action(async (options: { json?: boolean }) => {
      const { doctorCommand } = await import("./doctor-command.ts");
      set(await doctorCommand(options));
    });
  return root;
}
