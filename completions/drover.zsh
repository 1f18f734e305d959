#compdef drover
# Completion of drover for zsh: source <(drover completion zsh), after compinit
#
# Asks `drover __complete` for lines of a value, a tab and a text; a line without a value names what zsh completes itself.
# Nothing that comes back is evaluated.
_drover() {
  local program line value text
  local -a typed values shown
  typed=("${(@Q)words[1,CURRENT]}")
  # The one that was typed, which may be none on PATH.
  program=${typed[1]/#\~/$HOME}
  whence -p -- "$program" > /dev/null || program=drover
  while IFS= read -r line; do
    value=${line%%$'\t'*}
    text=${line#*$'\t'}
    if [[ -z $value ]]; then
      [[ $PREFIX == --*=* ]] && compset -P '*='
      if [[ $text == directories ]]; then _files -/; else _files; fi
      return
    fi
    values+=("$value")
    shown+=("$value${text:+  -- $text}")
  done < <("$program" __complete -- "${(@)typed[2,-1]}" 2> /dev/null)
  (( $#values )) && compadd -l -d shown -a -- values
}
if [[ $funcstack[1] == _drover ]]; then _drover; else compdef _drover drover; fi
