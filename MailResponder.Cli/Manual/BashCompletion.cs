using System.Text;

namespace MailResponder.Cli;

/// <summary>
/// Completions for bash after `responder`: commands and options, and file names where neither matches.
/// </summary>
internal static class BashCompletion
{
    /// <summary>Returns a script for the completions folder of bash-completion.</summary>
    public static string Of(Command root)
    {
        var words = new StringBuilder();
        var commands = new List<string>();
        Add(root, "", words, commands);
        return $$"""
            # bash completion of responder, made by `responder manual bash-completion`
            _responder() {
              local command= words= word
              for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
                case "$command $word" in
                  {{string.Join(" | ", commands)}}) command="$command $word" ;;
                esac
              done
              case "$command" in
            {{words}}  esac
              mapfile -t COMPREPLY < <(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}")
            }
            complete -o default -F _responder responder

            """;
    }

    private static void Add(Command command, string name, StringBuilder words, List<string> commands)
    {
        var offered = command.Subcommands.Select(each => each.Name)
            .Concat(command.Options.Append(CommandLine.SettingsOption).Select(option => option.Name).Distinct());
        words.Append($"    \"{name}\") words=\"{string.Join(' ', offered)}\" ;;\n");
        foreach (var below in command.Subcommands)
        {
            commands.Add($"\"{name} {below.Name}\"");
            Add(below, $"{name} {below.Name}", words, commands);
        }
    }
}
