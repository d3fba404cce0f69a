import type { CompletedFlag, Place } from './tree.ts';

/** The shells that can complete, and how each one's script is made. */
export const completionScripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export type Shell = keyof typeof completionScripts;

/** Every place but the first, quoted for a `case` of bash or zsh. */
function casePattern(places: readonly Place[]): string {
  return places.map(({ place }) => place).filter((place) => place !== '').map((place) => quoted(place)).join('|');
}

/** What a flag that takes a value is completed with, for a `case` over the place and the flag before. */
function valueCases(places: readonly Place[], line: (flag: CompletedFlag) => string, format: (pattern: string, body: string) => string): readonly string[] {
  return places.flatMap(({ place, flags }) => flags.filter((flag) => flag.takesValue).map((flag) => format(flag.flags.map((one) => quoted(`${place} ${one}`)).join('|'), line(flag))));
}

function bashScript(places: readonly Place[]): string {
  const words = (all: readonly string[]): string => `COMPREPLY=($(compgen -W ${quoted(all.join(' '))} -- "$current"))`;
  const files = 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current"))';
  const ofPlace = (place: Place): string => [words([...place.commands.map((one) => one.word), ...place.words]), ...(place.files ? ['compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -f -- "$current"))'] : [])].join('; ');
  return `# Completion of sluice for bash. Use it with: source <(sluice completion bash)
_sluice() {
  local current previous typed word index
  current=\${COMP_WORDS[COMP_CWORD]}
  previous=\${COMP_WORDS[COMP_CWORD-1]}
  typed=''
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    case "$typed $word" in
      ${casePattern(places)}) typed="$typed $word" ;;
    esac
  done
  case "$typed $previous" in
${valueCases(places, (flag) => (flag.files ? files : words(flag.words)), (pattern, body) => `    ${pattern}) ${body}; return ;;`).join('\n')}
  esac
  case "$typed$([[ $current == -* ]] && echo ' -')" in
${places.flatMap((place) => [`    ${quoted(place.place)}) ${ofPlace(place)} ;;`, `    ${quoted(`${place.place} -`)}) ${words(place.flags.flatMap((flag) => flag.flags))} ;;`]).join('\n')}
  esac
}
complete -F _sluice sluice
`;
}

function zshScript(places: readonly Place[]): string {
  const listed = (entries: readonly { readonly word: string; readonly description: string }[]): string => entries.map((one) => quoted(`${one.word.replaceAll(':', '\\:')}:${one.description}`)).join(' ');
  const words = (all: readonly string[]): string => (all.length === 0 ? ':' : `compadd -- ${all.map(quoted).join(' ')}`);
  const ofPlace = (place: Place): string => [...(place.commands.length === 0 ? [] : [`items=(${listed(place.commands)}); _describe command items`]), ...(place.words.length === 0 ? [] : [words(place.words)]), ...(place.files ? ['_files'] : []), ':'].join('; ');
  const flagsOf = (place: Place): string => `items=(${listed(place.flags.flatMap((flag) => flag.flags.map((word) => ({ word, description: flag.description }))))}); _describe option items`;
  return `#compdef sluice
# Completion of sluice for zsh. Use it with: source <(sluice completion zsh)
_sluice() {
  local typed='' word index
  local -a items
  for ((index = 2; index < CURRENT; index++)); do
    word=$words[index]
    case "$typed $word" in
      (${casePattern(places)}) typed="$typed $word" ;;
    esac
  done
  case "$typed $words[CURRENT-1]" in
${valueCases(places, (flag) => (flag.files ? '_files' : words(flag.words)), (pattern, body) => `    (${pattern}) ${body}; return ;;`).join('\n')}
  esac
  if [[ $words[CURRENT] == -* ]]; then
    case "$typed" in
${places.map((place) => `      (${quoted(place.place)}) ${flagsOf(place)} ;;`).join('\n')}
    esac
    return
  fi
  case "$typed" in
${places.map((place) => `    (${quoted(place.place)}) ${ofPlace(place)} ;;`).join('\n')}
  esac
}
compdef _sluice sluice
`;
}

function fishScript(places: readonly Place[]): string {
  const at = (place: Place): string => `-n ${fishQuoted(`__sluice_at ${fishQuoted(place.place)}`)}`;
  const flagLine = (place: Place, flag: CompletedFlag): string => {
    const names = flag.flags.map((one) => (one.startsWith('--') ? `-l ${one.slice(2)}` : `-s ${one.slice(1)}`)).join(' ');
    const value = !flag.takesValue ? '' : flag.files ? ' -r -F' : ` -x${flag.words.length === 0 ? '' : ` -a ${fishQuoted(flag.words.join(' '))}`}`;
    return `complete -c sluice ${at(place)} ${names}${value} -d ${fishQuoted(flag.description)}`;
  };
  const lines = places.flatMap((place) => [
    ...place.commands.map((one) => `complete -c sluice ${at(place)} -a ${one.word} -d ${fishQuoted(one.description)}`),
    ...(place.words.length === 0 ? [] : [`complete -c sluice ${at(place)} -a ${fishQuoted(place.words.join(' '))}`]),
    ...(place.files ? [`complete -c sluice ${at(place)} -F`] : []),
    ...place.flags.map((flag) => flagLine(place, flag)),
  ]);
  return `# Completion of sluice for fish. Use it with: sluice completion fish | source
function __sluice_at
  set -l typed ''
  for word in (commandline -opc)[2..-1]
    switch "$typed $word"
      case ${places.map(({ place }) => place).filter((place) => place !== '').map(fishQuoted).join(' ')}
        set typed "$typed $word"
    end
  end
  test "$typed" = "$argv[1]"
end
complete -c sluice -f
${lines.join('\n')}
`;
}

/** In single quotes for bash and zsh, where only the quote itself means something. */
function quoted(text: string): string {
  return `'${text.replaceAll('\'', String.raw`'\''`)}'`;
}

/** In single quotes for fish, where the backslash means something too. */
function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll('\'', String.raw`\'`)}'`;
}
