# Completion of drover for fish: drover completion fish | source
#
# Asks `drover __complete` for lines of a value, a tab and a text; a line without a value names what fish completes itself.
# Nothing that comes back is evaluated.
function __drover_complete
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    # The one that was typed, which may be none on PATH.
    set -l program $typed[1]
    type -q -- $program; or set program drover
    for line in ($program __complete -- $typed[2..-1] (string trim -l -c "\"'" -- "$current") 2>/dev/null)
        switch $line
            case \tfiles
                __fish_complete_path $current
            case \tdirectories
                __fish_complete_directories $current ""
            case '*'
                printf '%s\n' $line
        end
    end
end
complete -c drover -f -a '(__drover_complete)'
