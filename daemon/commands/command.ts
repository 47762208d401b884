/** Where a command writes and whether a person is watching. */
export interface CommandIo {
  out: NodeJS.WritableStream;
  err: NodeJS.WritableStream;
  /** True when `out` is a terminal: colour and progress are for terminals only. */
  isTty: boolean;
}

/** One verb of the `postern` command line. */
export interface Command {
  name: string;
  /** One line for the list of commands. */
  summary: string;
  /** The whole `--help` text: usage, options with units and defaults, exit codes. */
  help: string;
  /**
   * Runs with the arguments after the verb and resolves to the exit code: 0 done, 1 the answer is "no"
   * (nothing found, broken, denied), 2 wrong usage or a failing environment. A `PosternError` thrown here
   * becomes its message on stderr and exit code 2.
   */
  run(args: string[], io: CommandIo): Promise<number>;
}
