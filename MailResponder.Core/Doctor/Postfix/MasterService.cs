namespace MailResponder.Doctor;

/// <summary>One service of master.cf, as `postconf -M` prints it (master(5)).</summary>
/// <param name="MaxProcesses">Null: as default_process_limit says; 0: no limit.</param>
/// <param name="Command">The daemon's name and its arguments, up to argv=.</param>
/// <param name="Argv">The program that pipe(8) runs and its arguments; empty for other services.</param>
internal sealed record MasterService(
    string Name, string Type, long? MaxProcesses, IReadOnlyList<string> Command, IReadOnlyList<string> Argv)
{
    private const string ProgramMark = "argv=";

    /// <summary>Null for a line that is no service.</summary>
    public static MasterService? Of(string line)
    {
        var words = PostfixSettings.Split(line, byComma: false);
        if (words.Count < 8)
            return null;
        var program = words.FindIndex(word => word.StartsWith(ProgramMark, StringComparison.Ordinal));
        return new MasterService(words[0], words[1], words[6].AsNumber(),
            words[7..(program < 0 ? words.Count : program)],
            program < 0 ? [] : [words[program][ProgramMark.Length..], .. words[(program + 1)..]]);
    }

    /// <summary>The value of an attribute like <c>flags=</c>; null when it is not set.</summary>
    public string? Attribute(string name) => Host.Values(Command, '=').GetValueOrDefault(name);

    /// <summary>What <c>-o NAME=VALUE</c> sets; null when main.cf's value counts.</summary>
    public string? Option(string name) => Host.Values(Command.Zip(Command.Skip(1))
        .Where(pair => pair.First == "-o").Select(pair => pair.Second), '=').GetValueOrDefault(name);
}
