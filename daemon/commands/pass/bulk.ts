import type { CommandIo } from '../command.ts';
export const bulkHelp = '';
export async function bulkPasses(_args: string[], _io: CommandIo): Promise<number> {
  return 2;
}
