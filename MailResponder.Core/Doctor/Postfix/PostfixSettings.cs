using MailResponder.Addresses;
using MailResponder.Files;
using MailResponder.Incoming;

namespace MailResponder.Doctor;

/// <summary>
/// Postfix's parameters in force, with defaults included and $name references expanded, and the services of master.cf.
/// </summary>
internal sealed class PostfixSettings(Host host, Dictionary<string, string> values)
{
    /// <summary>The end of a remedy: the command that puts a change in force.</summary>
    public const string Reload = "; then: postfix reload";

    /// <summary>The alias of the bounce address, which leads to `responder feedback --bounce`.</summary>
    public const string BounceReader = "mail_responder_feedback@localhost";

    /// <summary>The warnings of postconf about main.cf and master.cf, one line each.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    public required IReadOnlyList<MasterService> Services { get; init; }

    /// <summary>The value of a parameter. Empty if it is empty or if there is no such parameter.</summary>
    public string this[string parameter] => values.GetValueOrDefault(parameter, "");

    /// <summary>
    /// Reads the settings through postconf. Null if Postfix is not installed, or if its main.cf or master.cf cannot be
    /// read.
    /// </summary>
    public static PostfixSettings? Load(Host host)
    {
        var all = host.Run("postconf", "-x");
        var own = host.Run("postconf", "-n");
        var services = host.Run("postconf", "-M");
        if (!all.Succeeded || !services.Succeeded)
            return null;
        // Only -n lists parameters that the operator defined. -x expands them where they are used.
        return new PostfixSettings(host, Host.Values(own.Lines.Concat(all.Lines), '='))
        {
            // Only -n warns about an unused parameter. Both -n and -M warn about a line that is overridden.
            Warnings = [.. own.ErrorLines.Union(services.ErrorLines)],
            // Of two lines for one service, Postfix uses the last.
            Services = [.. services.Lines.Select(MasterService.Of).OfType<MasterService>()
                .GroupBy(service => (service.Name, service.Type)).Select(same => same.Last())],
        };
    }

    /// <summary>
    /// Returns the largest message that sendmail(1) accepts, in bytes, or 0 for no limit. Null if Postfix is not
    /// installed, or does not report it.
    /// </summary>
    public static long? MessageSizeLimit(HostPrograms programs) =>
        programs.Run("postconf", ["-xh", "message_size_limit"]).Output.Trim().AsNumber();

    /// <summary>Whether the domain is a name of the host itself and not one that people write to.</summary>
    public bool IsHost(string domain) =>
        domain.Equals(this["myhostname"], StringComparison.OrdinalIgnoreCase)
            || domain.StartsWith("localhost.", StringComparison.Ordinal);

    public MasterService? Service(string name) =>
        Services.FirstOrDefault(service => service.Name == name && service.Type == "unix");

    /// <summary>Returns the items of a list parameter.</summary>
    public List<string> List(string parameter) => Split(this[parameter], byComma: true);

    public long? Number(string parameter) => this[parameter].AsNumber();

    /// <summary>
    /// Returns a time parameter like 5d or 20s. The unit of a bare number depends on the parameter (postconf(5)).
    /// </summary>
    public TimeSpan? Time(string parameter, char standardUnit)
    {
        var text = this[parameter];
        return (text is [.., >= '0' and <= '9'] ? text + standardUnit : text).AsTime();
    }

    /// <summary>
    /// Looks up a key in a table (type:name). Null if the table does not have the key or cannot be read.
    /// </summary>
    public string? LookUp(string table, string key) => LookUpAll(table, [key]).GetValueOrDefault(key);

    /// <summary>
    /// Looks up a key in a list of tables, like transport_maps. Returns the value of the first table that has the key.
    /// Null if none has it.
    /// </summary>
    public string? LookUpIn(string list, string key) =>
        List(list).Select(table => LookUp(table, key)).FirstOrDefault(value => value is not null);

    /// <summary>Looks up several keys in a table. Returns the values of the keys that the table has.</summary>
    public Dictionary<string, string> LookUpAll(string table, IReadOnlyCollection<string> keys)
    {
        var name = TableBehind(table);
        return keys.Count == 0 || !name.Contains(':') ? []
            : host.Programs.Run("postmap", ["-q", "-", name], string.Join('\n', keys) + "\n").Lines
                .Select(line => line.Split('\t', 2)).Where(parts => parts.Length == 2)
                .DistinctBy(parts => parts[0]).ToDictionary(parts => parts[0], parts => parts[1]);
    }

    /// <summary>
    /// The address that luser_relay leads to, without its extension: transport(5) looks it up like that too.
    /// </summary>
    public string CatchAll => this["luser_relay"] is var relay && relay.Contains('@')
        ? relay[..relay.IndexOfAny(['+', '@'])] + relay[relay.LastIndexOf('@')..] : Host.ResponderUser + "@localhost";

    /// <summary>
    /// The remedy that adds every entry of postfix/main.cf to transport_maps, whichever one is missing: two remedies
    /// would undo each other. They come first, because the first table that has a key decides.
    /// </summary>
    public string AddTransports => "run: postconf -e 'transport_maps="
        + string.Join(", ", List("transport_maps").Prepend($"inline:{{ {CatchAll}=responder:, "
            + $"{BounceReader}=feedback:, {ProbeTag.SinkDomain}=discard: }}")) + "'" + Reload;

    /// <summary>
    /// Whether a domain list like mydestination contains the domain: by name, in a table, or in a file of names.
    /// </summary>
    public bool ListHas(string parameter, string domain) => List(parameter).Exists(item =>
        item.Equals(domain, StringComparison.OrdinalIgnoreCase)
            || (item.StartsWith('/') && host.Lines(item)?.Any(
                line => line.Trim().Equals(domain, StringComparison.OrdinalIgnoreCase)) == true)
            || (item.Contains(':') && LookUp(item, domain) is not null));

    /// <summary>
    /// Returns the domains that a list like mydestination names, including those in its tables and files. Leaves out
    /// address literals and unqualified names, to which no reply can be sent.
    /// </summary>
    /// <param name="unlisted">The tables that postmap(1) cannot list.</param>
    public List<string> Domains(string parameter, out List<string> unlisted)
    {
        unlisted = [];
        var domains = new List<string>();
        foreach (var item in List(parameter).Where(item => !item.StartsWith('!')))
        {
            var isTable = item.Contains(':') && !item.StartsWith('/');
            var table = isTable ? host.Run("postmap", "-s", TableBehind(item)) : null;
            domains.AddRange(item.StartsWith('/') ? host.Lines(item) ?? []
                : table?.Lines.Select(line => line.Split('\t')[0]) ?? [item]);
            if (table is { Succeeded: false })
                unlisted.Add(item);
        }

        return [.. domains.Select(text =>
            MailDomain.TryNormalize(text.Trim().TrimStart('.'), out var domain) ? domain : "")
            .Where(domain => domain.Length > 0)];
    }

    /// <summary>
    /// Removes the prefix proxy: from a table. It is for daemons in a chroot and does not change the table.
    /// </summary>
    private static string TableBehind(string table) =>
        table.StartsWith("proxy:", StringComparison.Ordinal) ? table["proxy:".Length..] : table;

    /// <summary>Splits a text at white space, and at commas if they separate items, but never inside braces.</summary>
    public static List<string> Split(string text, bool byComma)
    {
        var (items, depth) = (new List<string> { "" }, 0);
        foreach (var c in text)
        {
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (depth == 0 && (char.IsWhiteSpace(c) || (byComma && c == ',')))
                items.Add("");
            else
                items[^1] += c;
        }

        return items.FindAll(item => item.Length > 0);
    }
}

/// <summary>A service of master.cf, as `postconf -M` prints it (master(5)).</summary>
/// <param name="MaxProcesses">
/// The maximum number of processes. Null: default_process_limit applies. 0: no limit.
/// </param>
/// <param name="Command">The daemon's name and its arguments, up to argv=.</param>
/// <param name="Argv">The program that pipe(8) runs and its arguments; empty for other services.</param>
internal sealed record MasterService(
    string Name, string Type, long? MaxProcesses, IReadOnlyList<string> Command, IReadOnlyList<string> Argv)
{
    private const string ProgramMark = "argv=";

    /// <summary>Parses a line. Null if it is not a service.</summary>
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

    /// <summary>Returns the value of an attribute like <c>flags=</c>. Null if it is not set.</summary>
    public string? Attribute(string name) => Host.Values(Command, '=').GetValueOrDefault(name);

    /// <summary>Returns the value that <c>-o NAME=VALUE</c> sets. Null if the value of main.cf applies.</summary>
    public string? Option(string name) => Host.Values(Command.Zip(Command.Skip(1))
        .Where(pair => pair.First == "-o").Select(pair => pair.Second), '=').GetValueOrDefault(name);
}
