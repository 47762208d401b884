import { parseArgs } from 'node:util';
import { PosternError } from '../base/errors.ts';
import { systemRandom } from '../base/ids.ts';
import type { Role } from '../report/page/api.ts';
import { isRole, permissionsOf, roles } from '../report/page/roles.ts';
import { UsersFile } from '../report/page/users-file.ts';
import { askedPassword } from './asked-password.ts';
import type { Command, CommandIo } from './command.ts';
import { stateFolder, stateFolderOptions } from './state-folder.ts';

export const userCommand: Command = {
  name: 'user',
  summary: 'Adds, lists, changes and removes those who may log in to the page',
  help: `Usage: postern user list [options]
       postern user add NAME --role ROLE [options]
       postern user password NAME [options]
       postern user role NAME ROLE [options]
       postern user remove NAME [options]

Users of the door's page. The daemon takes a change up within a second or so; whoever is changed or removed has to log in
anew. A password has 10 to 256 characters; it is asked for on the terminal, or read from standard input.

Roles:
${roles.map((role) => `  ${role.padEnd(10)}${permissionsOf[role].join(', ')}\n`).join('')}
  --role ROLE      viewer, operator or admin
  --config FILE    config of the door (default: config/demo.yaml once the demo is prepared)
  --state DIR      state folder, in place of the config's

Exit codes: 0 done; 1 there are no users (list); 2 wrong usage, or the file of users cannot be used.
`,
  async run(args, io) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { ...stateFolderOptions, role: { type: 'string' } } });
    const file = new UsersFile(stateFolder(values), systemRandom);
    const [verb, ...names] = positionals;
    return performed({ verb, names, role: values.role, file, io });
  },
};

interface Asked {
  verb: string | undefined;
  names: string[];
  role: string | undefined;
  file: UsersFile;
  io: CommandIo;
}

async function performed({ verb, names, role, file, io }: Asked): Promise<number> {
  const { out, err } = io;
  if (role !== undefined && verb !== 'add') throw usage('--role goes with "postern user add"');
  switch (verb) {
    case 'list': {
      namesOf(names, 0);
      return list(file, io);
    }
    case 'add': {
      const [name = ''] = namesOf(names, 1);
      const named = roleNamed(role);
      // Before a password is asked for in vain.
      if (file.read().some((user) => user.name === name)) throw new PosternError('user-exists', `There is a user ${name} already. Change it with "postern user password ${name}" or "postern user role ${name} ROLE".`);
      await file.add(name, named, await askedPassword(process.stdin, err));
      out.write(`${name} may log in to the page as ${named}.\n`);
      return 0;
    }
    case 'password': {
      const [name = ''] = namesOf(names, 1);
      file.find(name);
      await file.setPassword(name, await askedPassword(process.stdin, err));
      out.write(`${name} has another password; whoever was logged in as ${name} has to log in again.\n`);
      return 0;
    }
    case 'role': {
      const [name = '', to] = namesOf(names, 2);
      const named = roleNamed(to);
      await file.setRole(name, named);
      out.write(`${name} is ${named} from now on, and has to log in again.\n`);
      return 0;
    }
    case 'remove': {
      const [name = ''] = namesOf(names, 1);
      await file.remove(name);
      out.write(`${name} can no longer log in, and is logged out.\n`);
      return 0;
    }
    case undefined: default: throw usage(verb === undefined ? 'It takes a verb' : `There is no "postern user ${verb}"`);
  }
}

function list(file: UsersFile, { out, err }: CommandIo): number {
  const users = file.read();
  for (const { name, role } of users) out.write(`${name.padEnd(32)}  ${role}\n`);
  if (users.length === 0) err.write('Nobody can log in to the page yet. Add someone with "postern user add NAME --role admin".\n');
  return users.length === 0 ? 1 : 0;
}

function namesOf(names: string[], wanted: number): string[] {
  if (names.length !== wanted) throw usage(names.length < wanted ? 'A name is missing' : `${JSON.stringify(names[wanted])} is too much`);
  return names;
}

function roleNamed(role: string | undefined): Role {
  if (role === undefined || !isRole(role)) throw usage(`A role is one of ${roles.join(', ')}`);
  return role;
}

function usage(what: string): PosternError {
  return new PosternError('usage', `${what}. See postern user --help.`);
}
