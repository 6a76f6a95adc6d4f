namespace MailResponder.Tests.Fuzz;

/// <summary>All readers of text from others. A new reader is one more line.</summary>
internal static class FuzzTargets
{
    public static FuzzTarget[] All { get; } =
    [
        new("message", MailGrammar.Rules, "message", MailTrials.Message),
        new("header-list", MailGrammar.Rules, "message", MailTrials.Headers),
        new("broken-lines", MailGrammar.Rules, "message", MailTrials.BrokenLines),
        new("addresses", MailGrammar.Rules, "mailbox", MailTrials.From),
        new("domain", MailGrammar.Rules, "domain", MailTrials.Domains),
        new("authentication-results", MailGrammar.Rules, "results", MailTrials.AuthenticationResults),
        new("dates", MailGrammar.Rules, "date", MailTrials.Dates),
        new("guard", MailGrammar.Rules, "message", MailTrials.Guarded),
        new("reply", MailGrammar.Rules, "request", ReplyTrial.Run),
        new("json", JsonGrammar.Rules, "value", SettingsTrials.Json),
        new("settings", JsonGrammar.Rules, "settings", SettingsTrials.Settings),
        new("book", JsonGrammar.Rules, "book", SettingsTrials.Book),
        new("feedback", JsonGrammar.Rules, "feedback", SettingsTrials.Feedback),
        new("rendered-address", RecordGrammar.Rules, "change", RenderingTrials.Address),
        new("rendered-list", RecordGrammar.Rules, "change", RenderingTrials.List),
        new("rendered-reply", RecordGrammar.Rules, "change", RenderingTrials.Reply),
        new("event", LogGrammar.Rules, "own", LogTrials.Event),
        new("postfix-line", LogGrammar.Rules, "postfix", LogTrials.PostfixLine),
        new("postfix-log", LogGrammar.Rules, "postfix", LogTrials.PostfixLog),
    ];
}
