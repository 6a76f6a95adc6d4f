namespace MailResponder.Tests.Fuzz;

/// <summary>Changes to a file of the rendered book, in the form that <see cref="ChangedFile"/> reads.</summary>
internal static class RecordGrammar
{
    public static Grammar Rules { get; } = new(
        ("change", ["‹mended›‹edit›", "‹mended›‹edit›‹edit›", "‹mended›‹edits›"]),
        ("mended", ["\u000f", "\u000f", "\u000f", "\u0007", "\u000e", "\u000d", "\u000b", "\u0000"]),
        ("edits", ["‹edit›", "‹edit›‹edits›"]),
        ("edit", [
            "\u0000‹place›\u0004‹number›", "\u0000‹place›\u0008‹number›‹number›", "\u0000‹place›\u0001‹byte›",
            "\u0000‹place›\u000c‹number›‹number›‹number›",
            "\u0001‹place›\u0004‹number›", "\u0001‹place›\u0010‹number›‹number›‹number›‹number›", "\u0002‹place›‹byte›",
            "\u0003‹place›\u0000"]),
        ("place", ["‹byte›\u0000", "‹byte›\u0001", "‹byte›\u0002", "‹byte›‹byte›"]),
        ("number", [
            "‹byte›\0\0\0", "\0\0\0\0", "\u0001\0\0\0", "\u0060\0\0\0", "\u0000\u0001\0\0", "\0\0\0\u0001",
            "\u00f0\u00ff\u00ff\u007f", "\u00ff\u00ff\u00ff\u007f", "\0\0\0\u0080",
            "\u00ff\u00ff\u00ff\u00ff", "‹byte›‹byte›\0\0", "‹byte›‹byte›‹byte›‹byte›"]),
        ("byte", [.. Enumerable.Range(0, 256).Select(i => ((char)i).ToString())]));
}
