using MailResponder.Addresses;
using MimeKit;

namespace MailResponder.Cli;

/// <summary>
/// A mail address or a domain that an operator names: as an argument or, if the argument is "-", on standard input, one
/// per line. Standard input keeps it out of the process list, the shell's history and sudo's log.
/// </summary>
/// <param name="Label">The name in the output: the argument as typed, or the line number on standard input.</param>
/// <param name="Address">The address; null for a domain.</param>
/// <param name="Domain">The domain, or the domain of the address, normalised.</param>
internal sealed record NamedSubject(string Label, string? Address, string Domain)
{
    /// <summary>The description of such an argument, for the help.</summary>
    public const string Meaning = "name@example.com or example.com; - reads them from standard input, one per line";

    private const string StandardInput = "-";

    /// <summary>Returns the addresses and domains that the arguments name, in the same order.</summary>
    /// <exception cref="ResponderException">
    /// A text is neither an address nor a domain, or standard input names none.
    /// </exception>
    public static List<NamedSubject> Read(IReadOnlyList<string> arguments) =>
        [.. arguments.SelectMany(argument => argument == StandardInput ? ReadInput() : [Parse(argument, argument)])];

    /// <summary>Returns the one address that an argument names.</summary>
    /// <exception cref="ResponderException">
    /// The argument is not an address, or standard input does not hold exactly one.
    /// </exception>
    public static string ReadAddress(string argument) => Read([argument]) is [{ Address: { } address }]
        ? address : throw Usage("exactly one mail address is needed, like name@example.com");

    private static List<NamedSubject> ReadInput()
    {
        if (!Console.IsInputRedirected)
            StandardError.WriteLine("One address or domain per line, then Ctrl-D:");
        var subjects = new List<NamedSubject>();
        using var input = new StreamReader(Console.OpenStandardInput());
        for (var number = 1; input.ReadLine() is { } line; number++)
        {
            if (line.Trim() is { Length: > 0 } text)
                subjects.Add(Parse(text, $"line {number}"));
        }

        return subjects.Count > 0 ? subjects
            : throw Usage("standard input names no address or domain; write one per line");
    }

    private static NamedSubject Parse(string text, string label)
    {
        var at = text.LastIndexOf('@');
        if (MailDomain.TryNormalize(text[(at + 1)..], out var domain) && (at < 0 || IsLocalPart(text, at)))
            return new NamedSubject(label, at < 0 ? null : text, domain);
        var named = label == text ? $"\"{text}\"" : label;
        throw Usage($"{named} is neither a mail address nor a domain; {Remedy(text)}");
    }

    /// <summary>
    /// Returns whether the text before the "@" can be the local part of a person's address. A quoted space is valid
    /// there, but is refused as a typing mistake.
    /// </summary>
    private static bool IsLocalPart(string text, int at) =>
        !text.Any(c => c == '*' || char.IsWhiteSpace(c) || char.IsControl(c))
        && MailboxAddress.TryParse(text, out var mailbox) && mailbox.LocalPart == text[..at];

    private static string Remedy(string text)
    {
        var rest = text.TrimStart('*', '@', '.');
        if (rest.Length < text.Length && MailDomain.TryNormalize(rest, out var domain))
            return $"for all addresses at a domain and its subdomains, write the domain: {domain}";
        if (text.Contains('*'))
            return "patterns are not supported: write whole addresses, or a domain for all addresses at it";
        if (text.Any(c => char.IsWhiteSpace(c) || c is ',' or ';'))
            return "write each address as a separate argument, without spaces or commas: name@example.com";
        return text.Contains('<') ? "write only the part between < and >"
            : "write it like name@example.com or example.com";
    }

    private static ResponderException Usage(string problem) => new(Cause.Usage, problem);
}
