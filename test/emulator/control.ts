import { type Command, commandsOf } from './commands.ts';
import type { Emulator } from './emulator.ts';
import { type Answer, errorAnswer, jsonAnswer } from './errors.ts';
import { invalidArgument } from './google-errors.ts';
import type { Surface } from './listener.ts';
import { UnusableInput } from './unusable-input.ts';

/** What a stranger drives a running emulator with: JSON in, JSON out, errors in Google's form. */
export function controlSurface(emulator: Emulator): Surface {
  const commands = commandsOf(emulator);
  return {
    accept(request, path, query) {
      const apply = (body: string): Answer => {
        const here = commands.filter((command) => command.path === path);
        const command = here.find(({ method }) => method === request.method);
        return command === undefined ? noCommand(commands, here) : run(command, new URLSearchParams(query), body);
      };
      return { kind: 'other', name: null, apply };
    },
  };
}

function run(command: Command, query: URLSearchParams, body: string): Answer {
  try {
    return jsonAnswer(command.run(query, body));
  } catch (error) {
    if (error instanceof UnusableInput) return errorAnswer(invalidArgument(error.message, error.violations));
    throw error;
  }
}

function noCommand(commands: readonly Command[], here: readonly Command[]): Answer {
  const shown = (here.length > 0 ? here : commands).map(({ method, path }) => `${method} ${path}`).join(', ');
  return errorAnswer({ code: 'NOT_FOUND', message: `The emulator's own commands here are: ${shown}.` });
}
