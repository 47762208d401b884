import type { Command, CommandIo } from './commands/command.ts';

/** Loaded one at a time, so that `postern scan` does not open SQLite and `postern events` no camera. */
const commands: Record<string, () => Promise<Command>> = {
  'run': async () => (await import('./commands/run.ts')).runCommand,
  'replay': async () => (await import('./commands/replay.ts')).replayCommand,
  'scan': async () => (await import('./commands/scan.ts')).scanCommand,
  'issue': async () => (await import('./commands/issue.ts')).issueCommand,
  'pass': async () => (await import('./commands/pass.ts')).passCommand,
  'revoke': async () => (await import('./commands/revoke.ts')).revokeCommand,
  'unlock': async () => (await import('./commands/unlock.ts')).unlockCommand,
  'user': async () => (await import('./commands/user.ts')).userCommand,
  'send': async () => (await import('./commands/send.ts')).sendCommand,
  'doors': async () => (await import('./commands/doors.ts')).doorsCommand,
  'events': async () => (await import('./commands/events.ts')).eventsCommand,
  'verify-log': async () => (await import('./commands/verify-log.ts')).verifyLogCommand,
  'check-config': async () => (await import('./commands/check-config.ts')).checkConfigCommand,
  'relay-rest': async () => (await import('./commands/relay-rest.ts')).relayRestCommand,
  'doctor': async () => (await import('./commands/doctor.ts')).doctorCommand,
  'backend': async () => (await import('./commands/backend.ts')).backendCommand,
};

/** Reads the verb, answers `--help`, and runs the command. Resolves to the exit code. */
export async function runCli(args: string[], io: CommandIo): Promise<number> {
  const [verb, ...rest] = args;
  const asksForHelp = verb === 'help' || verb === '--help' || verb === '-h';
  const name = asksForHelp ? rest[0] : verb;
  if (name === undefined) {
    io.out.write(await overview());
    return asksForHelp ? 0 : 2;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load) {
    io.err.write(`postern: there is no command "${name}". The commands are: ${Object.keys(commands).join(', ')}\n`);
    return 2;
  }
  const command = await load();
  if (asksForHelp || rest.includes('--help') || rest.includes('-h')) {
    io.out.write(command.help);
    return 0;
  }
  return command.run(rest, io);
}

async function overview(): Promise<string> {
  const lines = await Promise.all(Object.values(commands).map(async (load) => {
    const command = await load();
    return `  ${command.name.padEnd(14)}${command.summary}\n`;
  }));
  return `Postern: a daemon for one door.

Usage: postern COMMAND [options]       postern COMMAND --help

${lines.join('')}
Exit codes: 0 done; 1 the answer is no (nothing found, broken, denied); 2 wrong usage or a failing environment.
`;
}
