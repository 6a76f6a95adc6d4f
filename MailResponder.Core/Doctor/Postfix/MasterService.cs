namespace MailResponder.Doctor;

/// <summary>One service of master.cf, as `postconf -M` prints it (master(5)).</summary>
/// <param name="MaxProcesses">Null: as default_process_limit says; 0: no limit.</param>
/// <param name="Command">The daemon's name and its arguments.</param>
internal sealed record MasterService(string Name, string Type, int? MaxProcesses, IReadOnlyList<string> Command)
{
    /// <summary>Null for a line that is no service.</summary>
    public static MasterService? Of(string line)
    {
        var words = PostfixSettings.Split(line, byComma: false);
        return words.Count < 8 ? null
            : new MasterService(words[0], words[1], int.TryParse(words[6], out var most) ? most : null, words[7..]);
    }

    /// <summary>
    /// The value of an attribute like <c>flags=</c>; null when it is not set. For argv= use <see cref="Argv"/>.
    /// </summary>
    public string? Attribute(string name) =>
        Command.TakeWhile(word => !word.StartsWith("argv=", StringComparison.Ordinal))
            .LastOrDefault(word => word.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];

    /// <summary>What <c>-o NAME=VALUE</c> sets; null when main.cf's value counts.</summary>
    public string? Option(string name) =>
        Command.TakeWhile(word => !word.StartsWith("argv=", StringComparison.Ordinal)).Zip(Command.Skip(1))
            .Where(pair => pair.First == "-o" && pair.Second.StartsWith(name + "=", StringComparison.Ordinal))
            .Select(pair => pair.Second[(name.Length + 1)..]).LastOrDefault();

    /// <summary>The program that pipe(8) runs and its arguments; empty for other services.</summary>
    public IReadOnlyList<string> Argv
    {
        get
        {
            var at = Command.ToList().FindIndex(word => word.StartsWith("argv=", StringComparison.Ordinal));
            return at < 0 ? [] : [Command[at]["argv=".Length..], .. Command.Skip(at + 1)];
        }
    }
}
