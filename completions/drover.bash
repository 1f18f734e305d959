# Completion of drover for bash: source <(drover completion bash)
#
# Asks `drover __complete` for lines of a value, a tab and a text; a line without a value names what bash completes itself.
# Nothing that comes back is evaluated.
_drover() {
  local program rest prefix last quote line value i n=-1
  local -a words=()
  COMPREPLY=()
  # Bash splits a line at ":", "=" and "@", too: what no blank is between is put together again.
  rest=${COMP_LINE:0:${COMP_POINT:-0}}
  for ((i = 0; i <= COMP_CWORD; i++)); do
    last=${COMP_WORDS[i]}
    if ((n < 0)) || [[ -z $COMP_LINE || $rest == [[:blank:]]* ]]; then
      n=$((n + 1))
      words[n]=""
      rest=${rest#"${rest%%[![:blank:]]*}"}
    fi
    if ((i == COMP_CWORD)) && [[ -n $COMP_LINE ]]; then last=$rest; fi
    words[n]+=$last
    rest=${rest#"$last"}
  done
  # Only this part of the word is replaced, as readline says; in quotes it is what follows the quote.
  quote=""
  case $last in
    [\'\"]*) quote=${last:0:1} ;;
    *) if (($# > 1)); then last=$2; else last=${last##*[$COMP_WORDBREAKS]}; fi ;;
  esac
  prefix=${words[n]%"$last"}
  # The one that was typed, which may be none on PATH.
  program=${words[0]/#\~/$HOME}
  type -P -- "$program" > /dev/null 2>&1 || program=drover
  while IFS= read -r line; do
    case $line in
      $'\tfiles') compopt -o default 2> /dev/null ;;
      $'\tdirectories') compopt -o dirnames 2> /dev/null ;;
      *)
        value=${line%%$'\t'*}
        # In quotes a value stands as it is, unless something in it would end them or be expanded.
        case $quote in
          \') [[ $value == *\'* ]] && continue ;;
          \") [[ $value == *[\"\$\`\\!]* ]] && continue ;;
          *) printf -v value %q "$value" ;;
        esac
        COMPREPLY+=("${value#"$prefix"}")
        ;;
    esac
  done < <("$program" __complete --quoted -- "${words[@]:1}" 2> /dev/null)
}
complete -F _drover drover
