/** `completion bash|zsh`: completion scripts, made from the tables of commands and options. */

import { OPTION_NAMES, OPTIONS } from '../arguments/options.ts';
import { EXIT, usageError } from '../exit.ts';
import type { CommandBody } from './command.ts';
import { COMMANDS } from './table.ts';

export const printCompletion: CommandBody = async ({ args }, io) => {
  const [shell] = args;
  if (shell === 'bash') await io.stdout.write(bashScript());
  else if (shell === 'zsh') await io.stdout.write(`autoload -U +X bashcompinit && bashcompinit\n${bashScript()}`);
  else throw usageError(`there is completion for bash and zsh, not for '${shell}'`);
  return EXIT.ok;
};

/** zsh understands it as well, through its bashcompinit. */
function bashScript(): string {
  const names = COMMANDS.map(({ name }) => name).filter((name) => /^[a-z]/.test(name));
  const firstWords = [...new Set(names.map((name) => name.split(' ')[0] ?? ''))];
  const groups = firstWords.filter((word) => names.some((name) => name.startsWith(`${word} `)));
  const subcommands = groups.map((group) => {
    const words = names.flatMap((name) => (name.startsWith(`${group} `) ? [name.slice(group.length + 1)] : []));
    return `    ${group}) words='${words.join(' ')}' ;;`;
  });
  const all = OPTION_NAMES;
  const withValue = all.flatMap((name) => {
    const spec = OPTIONS[name];
    return 'value' in spec ? [`--${name}`, ...('short' in spec ? [`-${spec.short}`] : [])] : [];
  });
  return `# Completion of spawnpoint-cf for bash.
_spawnpoint_cf() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} words= command= subcommand= i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      ${withValue.join('|')}) ((i++)) ;;
      -?*) ;;
      *) if [[ -z $command ]]; then command=\${COMP_WORDS[i]}; elif [[ -z $subcommand ]]; then subcommand=\${COMP_WORDS[i]}; fi ;;
    esac
  done
  case $previous in
    -l|--language) COMPREPLY=($(compgen -W 'js ts py' -- "$current")); return ;;
    ${withValue.filter((option) => !/^(-l|--language)$/.test(option)).join('|')}) return ;;
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W '${all.map((name) => `--${name}`).join(' ')}' -- "$current")); return
  fi
  if [[ -z $command ]]; then
    COMPREPLY=($(compgen -W '${firstWords.join(' ')}' -- "$current")); return
  fi
  [[ -z $subcommand ]] && case $command in
${subcommands.join('\n')}
    completion) words='bash zsh' ;;
  esac
  if [[ -n $words ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  elif [[ $command == run || "$command $subcommand" == 'files put' || "$command $subcommand" == 'files get' ]]; then
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -o filenames -F _spawnpoint_cf spawnpoint-cf
`;
}
