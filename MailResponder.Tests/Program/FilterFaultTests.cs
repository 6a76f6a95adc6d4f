using System.Text.Json.Nodes;
using MailResponder.Tests.Reply.Rendered;

namespace MailResponder.Tests.Program;

/// <summary>
/// For each fault on our side Postfix is told to try again, in one line that reveals nothing to the sender.
/// </summary>
public sealed class FilterFaultTests
{
    [Theory]
    [InlineData("--no-such-option")]
    [InlineData("--recipient")]
    [InlineData("--log-to", "nowhere")]
    [InlineData("--no-such-option", "word")]
    [InlineData("--recipient", "get@example.com", "someone@example.com")]
    [InlineData("--queue-id", "4bXyz", "")]
    [InlineData("someone@example.com", "stray", "words")]
    public void UsageError_IsDeferred(params string[] arguments)
    {
        using var place = new Workplace();
        var run = ResponderProcess.Run(
            ResponderProcess.Plainly, RequestMail.FromSomebodyNew().ToBytes(),
            ["--settings", place.SettingsFile, .. arguments]);
        run.AssertDeferred("4.3.5 ");
        Assert.Empty(place.Outbox);
    }

    [Fact]
    public void AnOptionTakesTheNextArgumentWhateverItLooksLike()
    {
        using var place = new Workplace();
        place.Filter(RequestMail.FromSomebodyNew(), "--sender", "--help").AssertDone();
        place.Filter(RequestMail.FromSomebodyNew(), "--sender", "-x@freemail.test").AssertDone();
        Assert.Equal(4, place.Outbox.Count);
    }

    [Fact]
    public void EmptySender_IsTheNullSender()
    {
        using var place = new Workplace();
        place.Filter(RequestMail.FromSomebodyNew(), "--sender", "").AssertDone();
        Assert.Empty(place.Outbox);
        Assert.Contains("reason=null-sender", Assert.Single(place.Log.Reports), StringComparison.Ordinal);
    }

    [Fact]
    public void MissingSettings_AreDeferred()
    {
        using var place = new Workplace();
        File.Delete(place.SettingsFile);
        place.Filter(RequestMail.FromSomebodyNew()).AssertDeferred("4.3.5 ");
    }

    [Theory]
    [InlineData("""{ "response_from": "a@example.com", """)]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("\0\0\0\0")]
    public void BrokenSettings_AreDeferred(string text)
    {
        using var place = new Workplace();
        File.WriteAllText(place.SettingsFile, text);
        place.Filter(RequestMail.FromSomebodyNew()).AssertDeferred("4.3.5 ");
    }

    [Fact]
    public void UnknownSetting_IsDeferred() => AssertSettingIsDeferred("responce_from", "a@example.com");

    [Fact]
    public void IllTypedSetting_IsDeferred() => AssertSettingIsDeferred("daily_limit", "three");

    [Fact]
    public void MissingRequiredSetting_IsDeferred() => AssertSettingIsDeferred("response_from", null);

    [Fact]
    public void MissingBook_IsDeferred() =>
        AssertIsDeferredUntilMended("response-book", place => File.Delete(place.PathTo("responses.json")), place =>
            place.Write());

    [Fact]
    public void BrokenBook_IsDeferred_WhereNoGoodOneIsRendered() =>
        AssertIsDeferredUntilMended(
            "response-book",
            place =>
            {
                if (Directory.Exists(place.PathTo("responder.db.rendered")))
                    Directory.Delete(place.PathTo("responder.db.rendered"), recursive: true);
                File.WriteAllText(place.PathTo("responses.json"), "[ { \"email_addr\": ");
            },
            place => place.Write());

    /// <summary>The log reports it for each message, with priority err; local0 is 16.</summary>
    [Fact]
    public void BrokenBook_LeavesTheLastGoodOneInForce()
    {
        using var place = new Workplace();
        RenderedPlace.Settle();
        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        File.WriteAllText(place.PathTo("responses.json"), "[ { \"email_addr\": ");

        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();

        Assert.Equal(4, place.Outbox.Count);
        Assert.StartsWith($"<{16 * 8 + 3}>", place.Log.Reports[^2], StringComparison.Ordinal);
        Assert.Contains(": book: the last good one stays in force: ", place.Log.Reports[^2], StringComparison.Ordinal);
        Assert.Contains("responses.json:1: is not valid JSON", place.Log.Reports[^2], StringComparison.Ordinal);
        Assert.Contains(" replied address=get@example.com replies=2 ", place.Log.Reports[^1], StringComparison.Ordinal);
        var later = RequestMail.FromSomebodyNew();
        place.Filter(later, "--recipient", "new@example.com").AssertDeferred("4.3.5 ");
        Assert.Contains(
            "nothing was changed: the last good book stays in force\n", place.Command("config", "pull").OutputText,
            StringComparison.Ordinal);
        Directory.Delete(place.PathTo("responder.db.rendered"), recursive: true);
        Assert.Contains(
            "nothing was changed: no good book is in force, and all messages wait\n",
            place.Command("config", "pull").OutputText, StringComparison.Ordinal);
        place.Book[0]!["email_addr"] = "new@example.com";
        place.Write();
        place.Filter(later, "--recipient", "new@example.com").AssertDone();
        Assert.Equal(5, place.Outbox.Count);
    }

    [Fact]
    public void AddressKeyThatOthersMayRead_IsDeferred() =>
        AssertIsDeferredUntilMended("key-file", place => SetMode(place, "address.key", "0644"), place =>
            SetMode(place, "address.key", "0640"));

    [Fact]
    public void MissingAddressKeyOfAnExistingDatabase_IsDeferred() =>
        AssertIsDeferredUntilMended(
            "key-file",
            place => File.Move(place.PathTo("address.key"), place.PathTo("away")),
            place => File.Move(place.PathTo("away"), place.PathTo("address.key")));

    [Fact]
    public void DkimKeyThatOthersMayRead_IsDeferred() =>
        AssertIsDeferredUntilMended("dkim-key", place => SetMode(place, "dkim.key", "0644"), place =>
            SetMode(place, "dkim.key", "0600"));

    [Fact]
    public void BrokenDkimKey_IsDeferred() =>
        AssertIsDeferredUntilMended(
            "dkim-key",
            place =>
            {
                File.Copy(place.PathTo("dkim.key"), place.PathTo("away"));
                place.WriteSecret("dkim.key", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n");
            },
            place => File.Move(place.PathTo("away"), place.PathTo("dkim.key"), overwrite: true));

    [Fact]
    public void OutboxThatCannotBeMade_IsDeferred() =>
        AssertIsDeferredUntilMended(
            "send",
            place =>
            {
                Directory.Delete(place.PathTo("outbox"), recursive: true);
                File.WriteAllText(place.PathTo("outbox"), "in the way");
            },
            place => File.Delete(place.PathTo("outbox")));

    /// <summary>
    /// Asserts an answer before the fault, none while it lasts, and the deferred message's answer after it.
    /// </summary>
    private static void AssertIsDeferredUntilMended(string reason, Action<Workplace> harm, Action<Workplace> mend)
    {
        using var place = new Workplace();
        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        harm(place);
        var before = place.Outbox.Count;
        var request = RequestMail.FromSomebodyNew();

        place.Filter(request).AssertDeferred(reason is "send" ? "4.3.0 " : "4.3.5 ");

        Assert.Equal(before, place.Outbox.Count);
        Assert.Contains($"deferred reason={reason} ", place.Log.Reports[^1], StringComparison.Ordinal);
        mend(place);
        place.Filter(request).AssertDone();
        Assert.Equal(2, place.Outbox.Count(
            file => File.ReadAllText(file).Contains(request.From, StringComparison.Ordinal)));
    }

    private static void AssertSettingIsDeferred(string name, string? value)
    {
        using var place = new Workplace();
        if (value is null) place.Settings.Remove(name);
        else place.Settings[name] = JsonValue.Create(value);
        place.Write();

        place.Filter(RequestMail.FromSomebodyNew()).AssertDeferred("4.3.5 ");

        Assert.Empty(place.Outbox);
    }

    private static void SetMode(Workplace place, string name, string octal) =>
        File.SetUnixFileMode(place.PathTo(name), (UnixFileMode)Convert.ToInt32(octal, 8));
}
